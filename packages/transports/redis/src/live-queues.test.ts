import { describe, expect, test } from 'vitest';
import { LiveQueues } from './live-queues.ts';

function text(name: string): Buffer {
  return Buffer.from(
    JSON.stringify({
      body: name,
      'content-type': 'text/plain',
      'content-encoding': 'utf-8',
      headers: {},
      properties: { delivery_info: { exchange: 'x', routing_key: 'k' }, delivery_tag: name },
    }),
  );
}

function names(queues: LiveQueues, of: readonly string[], max = 100): readonly string[] {
  return queues.take(of, max).map(({ message }) => Buffer.from(message.body).toString());
}

describe('LiveQueues', () => {
  test('gives what was pushed, in order, to as many as there is room for', () => {
    const queues = new LiveQueues();
    queues.add('a');
    queues.add('b');
    for (const name of ['1', '2', '3']) queues.push('a', text(name));
    queues.push('b', text('4'));
    expect(queues.push('none', text('5'))).toBe(false);
    expect(queues.size('a')).toBe(3);
    expect(names(queues, ['a', 'b'], 2)).toEqual(['1', '2']);
    expect(names(queues, ['none', 'a', 'b'])).toEqual(['3', '4']);
    expect(names(queues, ['a', 'b'])).toEqual([]);
  });

  test('a message comes again when it was given back, marked, and is settled once', () => {
    const queues = new LiveQueues();
    queues.add('a');
    queues.push('a', text('1'));
    const [first] = queues.take(['a'], 9);
    expect(queues.gave(first!.receipt)).toBe(true);
    expect([queues.settle(first!.receipt, true), queues.settle(first!.receipt, true)]).toEqual(['a', undefined]);
    const [again] = queues.take(['a'], 9);
    expect(again).toMatchObject({ redelivered: true, deliveryCount: 2, exchange: 'x', routingKey: 'k' });
    expect(queues.settle(again!.receipt, false)).toBe('a');
    expect(queues.size('a')).toBe(0);
  });

  test('E2: the oldest give way at either limit, and are counted', () => {
    const queues = new LiveQueues(100, 1_000_000);
    queues.add('a');
    for (let count = 1; count <= 1000; count++) queues.push('a', text(String(count)));
    expect(queues.size('a')).toBeLessThanOrEqual(100);
    expect(queues.size('a') + queues.dropped).toBe(1000);
    expect(names(queues, ['a'], 1000).at(-1)).toBe('1000');
    const small = new LiveQueues(100, 1000);
    small.add('a');
    for (let count = 1; count <= 50; count++) small.push('a', Buffer.alloc(300));
    expect(small.size('a')).toBe(3);
    expect(small.dropped).toBe(47);
  });

  test('purging and removing', () => {
    const queues = new LiveQueues();
    expect(queues.isEmpty).toBe(true);
    queues.add('a');
    queues.push('a', text('1'));
    expect([queues.purge('a'), queues.purge('a'), queues.purge('none')]).toEqual([1, 0, 0]);
    queues.remove('a');
    expect([queues.has('a'), queues.push('a', text('2'))]).toEqual([false, false]);
  });
});
