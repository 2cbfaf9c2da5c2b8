import fc from 'fast-check';
import type { Errback, Flow } from './flow.ts';

/** Random workflows: nested up to five deep, with failures, retries, immutable steps, replacements and links. */
export function flows(): fc.Arbitrary<Flow> {
  return shape(5).map((flow) => numbered(flow));
}

/** How much of everything there is; ids come later. */
function shape(depth: number): fc.Arbitrary<Flow> {
  const leaf = step(depth > 1 ? replacement() : undefined);
  if (depth <= 1) return leaf;
  const inner = fc
    .oneof({ weight: 3, arbitrary: leaf }, { weight: 2, arbitrary: fc.constant(null) })
    .chain((one) => (one === null ? shape(depth - 1) : fc.constant(one)));
  const some = (min: number): fc.Arbitrary<Flow[]> => fc.array(inner, { minLength: min, maxLength: 3 });
  const chain = some(1).map((steps): Flow => ({ kind: 'chain', steps }));
  const group = some(1).map((members): Flow => ({ kind: 'group', members }));
  const chord = fc.tuple(some(1), inner).map(([header, body]): Flow => ({ kind: 'chord', header, body }));
  const gap = fc.tuple(inner, inner).map(
    ([before, after]): Flow => ({
      kind: 'chain',
      steps: [before, { kind: 'group', members: [] }, after],
    }),
  );
  return fc.oneof(
    { weight: 1, arbitrary: leaf },
    { weight: 5, arbitrary: chain },
    { weight: 3, arbitrary: group },
    { weight: 4, arbitrary: chord },
    { weight: 1, arbitrary: gap },
  );
}

/** What takes a task's place: every kind of workflow, of plain tasks. */
function replacement(): fc.Arbitrary<Flow> {
  const plain = step(undefined);
  const some = fc.array(plain, { minLength: 1, maxLength: 3 });
  return fc.oneof(
    plain,
    some.map((steps): Flow => ({ kind: 'chain', steps })),
    some.map((members): Flow => ({ kind: 'group', members })),
    fc.tuple(some, plain).map(([header, body]): Flow => ({ kind: 'chord', header, body })),
    fc
      .tuple(some, some)
      .map(([header, members]): Flow => ({ kind: 'chord', header, body: { kind: 'group', members } })),
  );
}

function step(by: fc.Arbitrary<Flow> | undefined): fc.Arbitrary<Flow> {
  return fc.record({
    kind: fc.constant('step' as const),
    id: fc.constant(''),
    immutable: oneIn(4),
    fails: oneIn(9),
    retries: fc.oneof(
      { weight: 5, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 2 }) },
    ),
    by: by === undefined ? fc.constant(undefined) : fc.option(by, { nil: undefined, freq: 8 }),
    callbacks: links(fc.constant('')),
    errbacks: links(fc.record({ id: fc.constant(''), inline: fc.boolean() })),
  });
}

const oneIn = (chance: number): fc.Arbitrary<boolean> => fc.integer({ min: 1, max: chance }).map((n) => n === 1);

function links<T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant<T[]>([]) },
    { weight: 1, arbitrary: fc.array(one, { minLength: 1, maxLength: 2 }) },
  );
}

/** Gives every task, callback and errback an id, in the order of the text. */
function numbered(flow: Flow): Flow {
  let count = 0;
  const next = (letter: string): string => `${letter}${String(count++).padStart(4, '0')}`;
  const walk = (one: Flow): Flow => {
    switch (one.kind) {
      case 'step':
        return {
          ...one,
          id: next('t'),
          callbacks: one.callbacks.map(() => next('c')),
          errbacks: one.errbacks.map((errback): Errback => ({ ...errback, id: next('e') })),
          by: one.by && walk(one.by),
        };
      case 'chain':
        return { ...one, steps: one.steps.map(walk) };
      case 'group':
        return { ...one, members: one.members.map(walk) };
      case 'chord':
        return { ...one, header: one.header.map(walk), body: walk(one.body) };
    }
  };
  return walk(flow);
}
