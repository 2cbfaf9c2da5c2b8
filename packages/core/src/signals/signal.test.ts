import { silentLogger } from '@celeriac/protocol';
import { expect, test, vi } from 'vitest';
import { Signal } from './signal.ts';

function signal(errors: string[] = []): Signal<{ readonly from: string }> {
  return new Signal(
    'test',
    ({ from }) => from,
    () => ({ ...silentLogger, error: (message) => void errors.push(message) }),
  );
}

test('handlers are called in order until they disconnect', () => {
  const seen: string[] = [];
  const one = signal();
  expect(one.hasListeners).toBe(false);
  const stop = one.connect(() => seen.push('first'));
  one.connect(() => seen.push('second'));
  expect(one.hasListeners).toBe(true);
  one.send({ from: 'x' });
  stop();
  stop();
  one.send({ from: 'x' });
  expect(seen).toEqual(['first', 'second', 'second']);
});

test('a handler hears only the sender that it asked for', () => {
  const seen: string[] = [];
  const one = signal();
  one.connect(({ from }) => seen.push(from), { sender: 'a' });
  one.send({ from: 'a' });
  one.send({ from: 'b' });
  expect(seen).toEqual(['a']);
});

test('a dispatchUid keeps the first handler, until that one is disconnected', () => {
  const seen: number[] = [];
  const one = signal();
  const stop = one.connect(() => seen.push(1), { dispatchUid: 'same' });
  const second = one.connect(() => seen.push(2), { dispatchUid: 'same' });
  one.connect(() => seen.push(3), { dispatchUid: 'same', sender: 'x' });
  second();
  one.send({ from: 'x' });
  expect(seen).toEqual([1, 3]);
  stop();
  one.connect(() => seen.push(4), { dispatchUid: 'same' });
  one.send({ from: 'y' });
  expect(seen).toEqual([1, 3, 4]);
});

test('what handlers throw or reject is logged, escaped, and stops nobody', async () => {
  const errors: string[] = [];
  const one = signal(errors);
  let reached = false;
  one.connect(() => {
    throw new Error('line\nbreak');
  });
  one.connect(async () => {
    throw new Error('later');
  });
  one.connect(() => {
    reached = true;
  });
  await one.sendAndWait({ from: 'x' });
  expect(reached).toBe(true);
  expect(errors).toEqual([
    'A handler of the signal test failed: Error: line\\nbreak',
    'A handler of the signal test failed: Error: later',
  ]);
});

test('disconnect finds a handler by itself or by its dispatchUid, for the same sender', () => {
  const seen: string[] = [];
  const one = signal();
  const handler = ({ from }: { readonly from: string }): unknown => seen.push(from);
  one.connect(handler);
  one.connect(handler, { sender: 'a', dispatchUid: 'u' });
  expect(one.disconnect(handler, { sender: 'b' })).toBe(false);
  expect(one.disconnect(handler)).toBe(true);
  one.send({ from: 'a' });
  expect(one.disconnect(undefined, { dispatchUid: 'u', sender: 'a' })).toBe(true);
  expect([seen, one.hasListeners]).toEqual([['a'], false]);
});

test('a handler that is to be tried again is called until it works, with growing waits', async () => {
  vi.useFakeTimers();
  try {
    const errors: string[] = [];
    const one = signal(errors);
    const times: number[] = [];
    const start = Date.now();
    const handler = (): void => {
      times.push(Date.now() - start);
      if (times.length < 4) throw new Error('not yet');
    };
    one.connect(handler, { retry: true });
    const done = one.sendAndWait({ from: 'x' });
    await vi.advanceTimersByTimeAsync(60_000);
    await done;
    expect([times, errors.length]).toEqual([[0, 2000, 6000, 12_000], 3]);
  } finally {
    vi.useRealTimers();
  }
});
