import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeState, encodeState } from './worker-state.ts';

test('what is written is read', () => {
  const ids = fc.array(fc.tuple(fc.string({ maxLength: 255 }), fc.nat()));
  fc.assert(
    fc.property(ids, fc.nat(), (entries, clock) => {
      const state = { clock, revoked: new Map(entries) };
      expect(decodeState(encodeState(state))).toEqual(state);
    }),
  );
});

test.each([
  ['', 'JSON'],
  ['{"version": 1', 'JSON'],
  ['[]', 'object'],
  ['{"version": 7, "revoked": []}', 'version'],
  ['{"version": 1}', 'revoked'],
  ['{"version": 1, "revoked": {}}', 'revoked'],
])('%j is no state file: the reason says %s', (text, word) => {
  expect(decodeState(text)).toMatch(word);
});

test('entries that cannot be are passed over, a clock that cannot be is 0', () => {
  const revoked = [['a', 1], ['b'], 7, [8, 9], ['c', 'x'], ['x'.repeat(256), 1], ['__proto__', 2]];
  const state = decodeState(JSON.stringify({ version: 1, clock: -5, revoked }));
  expect(state).toEqual({
    clock: 0,
    revoked: new Map([
      ['a', 1],
      ['__proto__', 2],
    ]),
  });
});

test('any text is either a state or a reason', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      const state = decodeState(text);
      expect(typeof state === 'string' || state.revoked instanceof Map).toBe(true);
    }),
  );
});
