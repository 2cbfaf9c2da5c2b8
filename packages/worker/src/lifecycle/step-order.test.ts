import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StepError } from './step-error.ts';
import { orderSteps, type StepNode } from './step-order.ts';

const node = (name: string, requires: readonly string[] = [], last = false): StepNode => ({ name, requires, last });
const names = (nodes: readonly StepNode[]): readonly string[] => orderSteps(nodes).map(({ name }) => name);

function problemOf(nodes: readonly StepNode[]): StepError {
  try {
    orderSteps(nodes);
  } catch (error) {
    if (error instanceof StepError) return error;
    throw error;
  }
  throw new Error('They can be ordered.');
}

describe('orderSteps', () => {
  it('puts a step after what it requires, and leaves the others where they are', () => {
    expect(names([node('c', ['a']), node('b'), node('a'), node('d', ['c'])])).toEqual(['a', 'c', 'b', 'd']);
  });

  it('puts last what wants to be last', () => {
    expect(names([node('loop', [], true), node('b', ['a']), node('a')])).toEqual(['a', 'b', 'loop']);
    expect(names([node('after', ['loop'], true), node('loop', [], true), node('a')])).toEqual(['a', 'loop', 'after']);
  });

  it('names the steps at fault', () => {
    expect(problemOf([node('a', ['b']), node('b', ['c']), node('c', ['b'])])).toMatchObject({
      problem: 'cycle',
      steps: ['c', 'b'],
      message: 'Bootsteps require each other: b -> c -> b.',
    });
    expect(problemOf([node('a', ['last']), node('last', [], true)])).toMatchObject({ problem: 'cycle' });
    expect(problemOf([node('a', ['nobody'])])).toMatchObject({ problem: 'missing', steps: ['a', 'nobody'] });
    expect(problemOf([node('a'), node('a')])).toMatchObject({ problem: 'duplicate', steps: ['a'] });
  });

  it('finds an order wherever there is one', () => {
    const acyclic = fc.array(fc.tuple(fc.array(fc.nat(30)), fc.boolean()), { maxLength: 30 }).map((drafts) =>
      drafts.map(([needs, last], index) => {
        const earlier = needs.filter((other) => other < index && (last || !drafts[other]![1]));
        return node(
          `s${index}`,
          earlier.map((other) => `s${other}`),
          last,
        );
      }),
    );
    fc.assert(
      fc.property(
        acyclic.chain((nodes) => fc.shuffledSubarray(nodes, { minLength: nodes.length })),
        (nodes) => {
          const order = orderSteps(nodes);
          const place = new Map(order.map(({ name }, index) => [name, index]));
          expect(order).toHaveLength(nodes.length);
          for (const step of order) {
            for (const needed of step.requires) expect(place.get(needed)!).toBeLessThan(place.get(step.name)!);
          }
          const firstLast = order.findIndex(({ last }) => last);
          if (firstLast >= 0) expect(order.slice(firstLast).every(({ last }) => last)).toBe(true);
        },
      ),
    );
  });
});
