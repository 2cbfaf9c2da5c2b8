import { expect, test } from 'vitest';
import { mustAsk, STALL_MS, stallOf } from './stall.ts';

const LONG = STALL_MS + 1;

test.each([
  ['hears from its broker', { silentMs: STALL_MS, quietMs: LONG, waiting: 5, hasRoom: true }, undefined],
  ['hears nothing', { silentMs: LONG, quietMs: 0, waiting: undefined, hasRoom: false }, /no word/],
  ['idle, nothing waits', { silentMs: undefined, quietMs: LONG, waiting: 0, hasRoom: true }, undefined],
  [
    'something waits, and was delivered a moment ago',
    { silentMs: undefined, quietMs: 5, waiting: 3, hasRoom: true },
    undefined,
  ],
  ['something waits for long', { silentMs: undefined, quietMs: LONG, waiting: 3, hasRoom: true }, /3 messages wait/],
  ['no room for what waits', { silentMs: undefined, quietMs: LONG, waiting: 3, hasRoom: false }, undefined],
  [
    'the broker does not answer',
    { silentMs: undefined, quietMs: LONG, waiting: 'no answer', hasRoom: true },
    /does not answer/,
  ],
  ['nobody asked', { silentMs: undefined, quietMs: LONG, waiting: undefined, hasRoom: true }, undefined],
] as const)('%s', (_name, pulse, expected) => {
  const stall = stallOf(pulse);
  if (expected === undefined) expect(stall).toBeUndefined();
  else expect(stall).toMatch(expected);
});

test.each([
  [{ silentMs: 0, quietMs: LONG, hasRoom: true }, false],
  [{ silentMs: undefined, quietMs: LONG, hasRoom: true }, true],
  [{ silentMs: undefined, quietMs: STALL_MS, hasRoom: true }, false],
  [{ silentMs: undefined, quietMs: LONG, hasRoom: false }, false],
])('the broker is asked only when it matters: %j', (pulse, expected) => {
  expect(mustAsk(pulse)).toBe(expected);
});
