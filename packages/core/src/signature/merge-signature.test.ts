import { expect, test } from 'vitest';
import { mergeSignature } from './merge-signature.ts';

const signature = {
  task: 'add',
  args: [2],
  kwargs: { a: 1, b: 1 },
  options: { queue: 'x', group_id: 'g' },
  subtask_type: null,
  immutable: false,
};

test('new positional arguments go first, keyword arguments and options win', () => {
  expect(
    mergeSignature(signature, { args: [1], kwargs: { b: 2 }, options: { queue: 'y', priority: 3 } }),
  ).toMatchObject({
    args: [1, 2],
    kwargs: { a: 1, b: 2 },
    options: { queue: 'y', priority: 3 },
  });
});

test('the group of a signature stays', () => {
  expect(mergeSignature(signature, { options: { group_id: 'other' } }).options['group_id']).toBe('g');
});

test('an immutable signature takes options only', () => {
  const merged = mergeSignature(
    { ...signature, immutable: true },
    { args: [1], kwargs: { b: 2 }, options: { queue: 'y' } },
  );
  expect(merged).toMatchObject({ args: [2], kwargs: { a: 1, b: 1 }, options: { queue: 'y' } });
});

test('a keyword named __proto__ stays data', () => {
  const kwargs = JSON.parse('{"__proto__": {"polluted": true}}') as Record<string, unknown>;
  const merged = mergeSignature(signature, { kwargs });
  expect(Object.hasOwn(merged.kwargs, '__proto__')).toBe(true);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});
