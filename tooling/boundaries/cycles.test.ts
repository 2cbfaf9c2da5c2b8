import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findCycles } from './cycles.ts';

const graphOf = (edges: Record<string, string[]>): Map<string, string[]> => new Map(Object.entries(edges));

describe('findCycles', () => {
  it.each<[string, Record<string, string[]>, string[][]]>([
    ['nothing in a line', { a: ['b'], b: ['c'], c: [] }, []],
    ['nothing in a diamond', { a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }, []],
    ['two files', { a: ['b'], b: ['a'] }, [['a', 'b']]],
    ['a file that imports itself', { a: ['a'] }, [['a']]],
    [
      'two separate knots',
      { a: ['b'], b: ['a', 'c'], c: ['d'], d: ['c'] },
      [
        ['c', 'd'],
        ['a', 'b'],
      ],
    ],
    ['nothing through unknown targets', { a: ['x'], b: ['x'] }, []],
  ])('finds %s', (_name, edges, expected) => {
    expect(findCycles(graphOf(edges))).toEqual(expected);
  });

  it('finds a knot exactly where some node reaches itself', () => {
    const edges = fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 14 });
    fc.assert(
      fc.property(edges, (pairs) => {
        const graph = new Map([...Array(8).keys()].map((node) => [String(node), [] as string[]]));
        for (const [from, to] of pairs) graph.get(String(from))?.push(String(to));
        const inKnots = new Set(findCycles(graph).flat());
        const onCycle = [...graph.keys()].filter((node) => reaches(graph, node, node));
        expect([...inKnots].sort()).toEqual(onCycle.sort());
      }),
    );
  });
});

function reaches(graph: ReadonlyMap<string, readonly string[]>, from: string, to: string): boolean {
  const seen = new Set<string>();
  const queue = [...(graph.get(from) ?? [])];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (node === to) return true;
    if (!seen.has(node)) queue.push(...(graph.get(node) ?? []));
    seen.add(node);
  }
  return false;
}
