import { systemClock } from '@celeriac/protocol';
import { describe, expect, test } from 'vitest';
import { ItemQueue } from './item-queue.ts';

describe('ItemQueue', () => {
  test('hands on in order, waits for the next, gives up after the time', async () => {
    const queue = new ItemQueue<number>(10, systemClock);
    queue.push(1);
    queue.push(2);
    expect([await queue.next(1000, undefined), await queue.next(1000, undefined)]).toEqual([1, 2]);
    const third = queue.next(5000, undefined);
    queue.push(3);
    expect(await third).toBe(3);
    expect(await queue.next(1, undefined)).toBeUndefined();
  });

  test('the oldest give way', async () => {
    const queue = new ItemQueue<number>(3, systemClock);
    for (let item = 1; item <= 20; item++) queue.push(item);
    const left: (number | undefined)[] = [];
    for (let count = 0; count < 3; count++) left.push(await queue.next(1, undefined));
    expect(left).toEqual([18, 19, 20]);
  });

  test('an abort ends the wait', async () => {
    const queue = new ItemQueue<number>(3, systemClock);
    const abort = new AbortController();
    const waiting = queue.next(undefined, abort.signal);
    abort.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});
