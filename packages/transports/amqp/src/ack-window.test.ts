import type { SettleHow } from '@celeriac/transport';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AckWindow } from './ack-window.ts';

describe('AckWindow', () => {
  it('gives one acknowledgement for many in order', () => {
    const settled = [3, 1, 2].map((tag) => ({ tag, how: 'ack' as const }));
    expect(new AckWindow().plan(settled)).toEqual([{ method: 'ack', tag: 3, multiple: true }]);
  });

  it('never covers a delivery that is not settled', () => {
    const window = new AckWindow();
    expect(window.plan([{ tag: 2, how: 'ack' }])).toEqual([{ method: 'ack', tag: 2, multiple: false }]);
    expect(window.plan([{ tag: 1, how: 'discard' }])).toEqual([{ method: 'nack', tag: 1, requeue: false }]);
    expect(window.plan([{ tag: 3, how: 'ack' }])).toEqual([{ method: 'ack', tag: 3, multiple: true }]);
  });

  it('ends every delivery as it was settled, whatever the order', () => {
    const hows = fc.array(fc.constantFrom<SettleHow>('ack', 'ack', 'ack', 'requeue', 'discard'), { maxLength: 40 });
    fc.assert(
      fc.property(hows, fc.infiniteStream(fc.nat()), fc.integer({ min: 1, max: 9 }), (verdicts, random, size) => {
        const order = verdicts.map((how, index) => ({ tag: index + 1, how, at: random.next().value as number }));
        order.sort((a, b) => a.at - b.at);
        const window = new AckWindow();
        const open = new Set(order.map(({ tag }) => tag));
        const ended = new Map<number, string>();
        for (let at = 0; at < order.length; at += size) {
          for (const command of window.plan(order.slice(at, at + size))) {
            const tags =
              command.method === 'ack' && command.multiple
                ? [...open].filter((tag) => tag <= command.tag)
                : [command.tag];
            // The broker closes the channel for a tag that it does not know.
            expect(open.has(command.tag)).toBe(true);
            for (const tag of tags) {
              open.delete(tag);
              ended.set(tag, command.method === 'ack' ? 'ack' : command.requeue ? 'requeue' : 'discard');
            }
          }
        }
        expect(open.size).toBe(0);
        for (const { tag, how } of order) expect(ended.get(tag)).toBe(how);
      }),
    );
  });
});
