import { describe, expect, it } from 'vitest';
import { delayBindings, delayedMessage, delayRoutingKey, delayTopology } from './delayed-delivery.ts';
import { toQueue } from './rabbitmq.fixture.ts';

describe('delayed delivery', () => {
  it('writes the delay as 28 digits', () => {
    expect(delayRoutingKey(5, 'celery')).toBe(`${'0.'.repeat(25)}1.0.1.celery`);
  });

  it('declares what Celery declares', () => {
    const { topology, exchangeBindings } = delayTopology('quorum');
    expect(topology.exchanges).toHaveLength(29);
    expect(topology.queues?.at(-1)).toEqual({
      name: 'celery_delayed_0',
      arguments: {
        'x-queue-type': 'quorum',
        'x-overflow': 'reject-publish',
        'x-message-ttl': 1000,
        'x-dead-letter-exchange': 'celery_delayed_delivery',
        'x-dead-letter-strategy': 'at-least-once',
      },
    });
    const kept = topology.bindings?.find(({ queue }) => queue === 'celery_delayed_25');
    expect(kept).toEqual({ exchange: 'celery_delayed_25', queue: 'celery_delayed_25', routingKey: '*.*.1.#' });
    expect(exchangeBindings.find(({ source }) => source === 'celery_delayed_26')).toEqual({
      source: 'celery_delayed_26',
      destination: 'celery_delayed_25',
      routingKey: '*.0.#',
    });
    expect(exchangeBindings).toHaveLength(28);
  });

  it('reaches queues by name and topic exchanges by key', () => {
    const { bindings, exchangeBindings } = delayBindings({
      exchanges: [{ name: 'topics', type: 'topic' }],
      queues: [{ name: 'q' }],
      bindings: [{ exchange: 'topics', queue: 'q', routingKey: 'a.*' }],
    });
    expect(bindings.map(({ exchange, routingKey }) => [exchange, routingKey])).toEqual([
      ['celery_delayed_delivery', '#.q'],
      ['topics', '#.a.*'],
    ]);
    expect(exchangeBindings).toEqual([
      { source: 'celery_delayed_delivery', destination: 'topics', routingKey: '#.a.*' },
    ]);
  });

  it.each([
    [1, 1],
    [1000, 1],
    [1001, 2],
    [60_000, 60],
  ])('rounds %i ms up to whole seconds', (ms, seconds) => {
    const delayed = delayedMessage(toQueue('q', 'x', { deliverAt: 5000 + ms }), 5000);
    expect(delayed).toMatchObject({ exchange: 'celery_delayed_27', routingKey: delayRoutingKey(seconds, 'q') });
    expect(delayed.deliverAt).toBeUndefined();
  });

  it('sends what is due at once, and refuses what is too far ahead', () => {
    expect(delayedMessage(toQueue('q', 'x', { deliverAt: 1 }), 5000)).toEqual(toQueue('q', 'x'));
    expect(() => delayedMessage(toQueue('q', 'x', { deliverAt: 2 ** 28 * 1000 }), 0)).toThrowError(
      expect.objectContaining({ code: 'CLR_CHANNEL', subject: 'deliverAt' }),
    );
  });
});
