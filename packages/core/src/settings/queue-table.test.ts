import { describe, expect, test } from 'vitest';
import { QueueTable } from './queue-table.ts';
import { resolveSettings } from './resolve-settings.ts';
import { readSettingNames } from './setting-names.ts';

function table(given: object = {}): QueueTable {
  return new QueueTable(resolveSettings([{ origin: 'code', values: readSettingNames(given, 'code') }]));
}

describe('the queues of an app', () => {
  test('without taskQueues there is the default queue, bound to an exchange of its name', () => {
    const queues = table();
    expect(queues.names).toEqual(['celery']);
    expect(queues.get('celery')).toMatchObject({ exchange: { name: 'celery', type: 'direct' }, routingKey: 'celery' });
    expect(queues.all).toEqual({
      exchanges: [{ name: 'celery', type: 'direct' }],
      queues: [{ name: 'celery' }],
      bindings: [{ exchange: 'celery', queue: 'celery', routingKey: 'celery' }],
    });
  });

  test('the default exchange and routing key are those of the settings', () => {
    const queues = table({
      taskDefaultQueue: 'q',
      taskDefaultExchange: 'x',
      taskDefaultExchangeType: 'topic',
      taskDefaultRoutingKey: 'a.b',
      taskDefaultQueueType: 'quorum',
    });
    expect(queues.get('q').topology).toEqual({
      exchanges: [{ name: 'x', type: 'topic' }],
      queues: [{ name: 'q', arguments: { 'x-queue-type': 'quorum' } }],
      bindings: [{ exchange: 'x', queue: 'q', routingKey: 'a.b' }],
    });
  });

  test('taskQueues may be names, definitions, or definitions by name', () => {
    expect(table({ taskQueues: ['a', { name: 'b', routingKey: 'k' }] }).names).toEqual(['a', 'b']);
    expect(table({ taskQueues: { a: {}, b: { maxPriority: 5 } } }).get('b').topology.queues).toEqual([
      { name: 'b', arguments: { 'x-max-priority': 5 } },
    ]);
  });

  test('a queue may have several bindings and terms of its own', () => {
    const queue = table({
      taskQueueMaxPriority: 10,
      taskQueues: [
        {
          name: 'mixed',
          exchange: { name: 'media', type: 'topic' },
          routingKey: 'image.#',
          bindings: [
            { routingKey: 'video.*' },
            { exchange: { name: 'all', type: 'headers' }, arguments: { 'x-match': 'any' } },
          ],
          durable: false,
          queueArguments: { 'x-expires': 1000 },
        },
      ],
    }).get('mixed');
    expect(queue.topology).toEqual({
      exchanges: [
        { name: 'media', type: 'topic' },
        { name: 'all', type: 'headers' },
      ],
      queues: [{ name: 'mixed', durable: false, arguments: { 'x-max-priority': 10, 'x-expires': 1000 } }],
      bindings: [
        { exchange: 'media', queue: 'mixed', routingKey: 'image.#' },
        { exchange: 'media', queue: 'mixed', routingKey: 'video.*' },
        { exchange: 'all', queue: 'mixed', routingKey: 'image.#', arguments: { 'x-match': 'any' } },
      ],
    });
  });

  test('a missing queue is made once, or refused when the settings say so', () => {
    const queues = table({ taskCreateMissingQueueType: 'quorum', taskCreateMissingQueueExchangeType: 'topic' });
    expect(queues.get('new')).toMatchObject({ exchange: { name: 'new', type: 'topic' }, routingKey: 'new' });
    expect(queues.get('new').topology).toBe(queues.get('new').topology);
    expect(queues.names).toEqual(['celery']);
    const strict = table({ taskCreateMissingQueues: false, taskQueues: ['a'] });
    expect(() => strict.get('b')).toThrow(expect.objectContaining({ code: 'CLR_CONFIGURATION', key: 'queue' }));
    expect(strict.get('celery').name).toBe('celery');
  });

  test('a worker reads the queues it selects, less those it excludes', () => {
    const queues = table({ taskQueues: ['a', 'b'] });
    expect(queues.consumed(undefined).names).toEqual(['a', 'b']);
    expect(queues.consumed(['b', 'c']).names).toEqual(['b', 'c']);
    expect(queues.consumed(undefined, ['a']).names).toEqual(['b']);
    expect(() => queues.consumed(['a'], ['a'])).toThrow(expect.objectContaining({ code: 'CLR_CONFIGURATION' }));
  });

  test('a broadcast queue is one exchange for senders and a queue of its own for every worker', () => {
    const queues = table({ taskQueues: [{ name: 'news', broadcast: true }] });
    expect(queues.get('news')).toMatchObject({
      exchange: { name: 'news', type: 'fanout' },
      topology: { exchanges: [{ name: 'news', type: 'fanout' }] },
    });
    const [first, second] = [queues.consumed(undefined), queues.consumed(undefined)];
    expect(first.names[0]).toMatch(/^bcast\./);
    expect(first.names).not.toEqual(second.names);
    expect(first.topology.bindings).toEqual([{ exchange: 'news', queue: first.names[0], routingKey: 'news' }]);
    expect(first.topology.queues).toEqual([{ name: first.names[0], autoDelete: true }]);
  });

  test.each(['', 'x'.repeat(300), 'a\u0006\u0016b', 'a\nb', 'amq.x', '*', '#'])(
    'M39: the queue name %j is refused',
    (name) => {
      expect(() => table().get(name)).toThrow(expect.objectContaining({ code: 'CLR_CONFIGURATION' }));
      expect(() => table({ taskQueues: [{ name }] })).toThrow(expect.objectContaining({ code: 'CLR_CONFIGURATION' }));
    },
  );

  test.each([
    [['a', 'a']],
    [[]],
    [[{}]],
    [[42]],
    [[{ name: 'a', routing_key: 'x' }]],
    [{ a: { maxPriority: 300 } }],
    [[{ name: 'a', exchange: 'amq.direct' }]],
  ])('taskQueues %j are refused', (taskQueues) => {
    expect(() => table({ taskQueues })).toThrow(expect.objectContaining({ code: 'CLR_CONFIGURATION' }));
  });
});
