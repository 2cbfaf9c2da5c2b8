import type { CeleryEvent } from '@celeriac/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventBuffer } from './event-buffer.ts';

function event(type: string, clock: number): CeleryEvent {
  return { type, hostname: 'w@h', utcoffset: 0, pid: 1, clock, timestamp: 1, fields: {} };
}

function clocks(buffer: EventBuffer, most = 1000): readonly (number | null)[] {
  return buffer.take(most).flatMap(({ events }) => events.map(({ clock }) => clock));
}

describe('EventBuffer', () => {
  test('puts neighbouring events of tasks into lists of 24', () => {
    const buffer = new EventBuffer(1000, true);
    for (let clock = 1; clock <= 30; clock++) buffer.add(event('task-started', clock));
    buffer.add(event('worker-heartbeat', 31));
    buffer.add(event('task-failed', 32));
    const batches = buffer.take(1000).map(({ routingKey, events, isList }) => [routingKey, events.length, isList]);
    expect(batches).toEqual([
      ['task.multi', 24, true],
      ['task.multi', 6, true],
      ['worker.heartbeat', 1, false],
      ['task.multi', 1, true],
    ]);
  });

  test('makes no lists for a caller', () => {
    const buffer = new EventBuffer(1000, false);
    buffer.add(event('task-sent', 1));
    buffer.add(event('task-sent', 2));
    expect(buffer.take(9).map(({ routingKey, isList }) => [routingKey, isList])).toEqual([
      ['task.sent', false],
      ['task.sent', false],
    ]);
  });

  test('E2: drops the oldest at the limit, and counts', () => {
    const buffer = new EventBuffer(3, true);
    for (let clock = 1; clock <= 10; clock++) buffer.add(event('task-started', clock));
    expect([buffer.size, buffer.dropped]).toEqual([3, 7]);
    const batches = buffer.take(9);
    buffer.add(event('task-started', 11));
    buffer.giveBack(batches);
    expect(buffer.dropped).toBe(8);
    expect(clocks(buffer)).toEqual([9, 10, 11]);
  });

  test('keeps the order and loses nothing below the limit, whatever is done', () => {
    const action = fc.oneof(
      fc.constantFrom('task-started', 'worker-heartbeat', 'custom').map((type) => ({ type })),
      fc.integer({ min: 1, max: 5 }).map((most) => ({ most })),
      fc.constant({ back: true }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 300 }), (actions) => {
        const buffer = new EventBuffer(1000, true);
        const seen: (number | null)[] = [];
        let count = 0;
        for (const one of actions) {
          if ('type' in one) buffer.add(event(one.type, ++count));
          else if ('most' in one) seen.push(...clocks(buffer, one.most));
          else buffer.giveBack(buffer.take(2));
        }
        seen.push(...clocks(buffer));
        expect(seen).toEqual(Array.from({ length: count }, (_, index) => index + 1));
        expect(buffer.dropped).toBe(0);
      }),
    );
  });
});
