import { silentLogger } from '@celeriac/protocol';
import { expect, test } from 'vitest';
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
