import { isCeleriacError } from '@celeriac/protocol';
import { describe, expect, test } from 'vitest';
import { ListStore, listCapabilities, listParts, outgoing } from './list-store.fixture.ts';
import type { Transport } from './transport.ts';
import { ChannelError, ConnectionLostError } from './transport-errors.ts';
import { type VirtualTransportParts, virtualTransport } from './virtual-transport.ts';

async function open(
  more: Partial<VirtualTransportParts> = {},
): Promise<{ readonly store: ListStore; readonly transport: Transport }> {
  const store = new ListStore();
  const transport = virtualTransport(listParts(store, more));
  await transport.connect();
  return { store, transport };
}

function code(outcome: Error | undefined): string | undefined {
  return isCeleriacError(outcome) ? outcome.code : outcome?.message;
}

describe('publishing through a virtual transport', () => {
  test('calls of one turn share one put, each with its own outcome', async () => {
    const { store, transport } = await open();
    const calls = [
      transport.publish([outgoing('a', '1')]),
      transport.publish([outgoing('b', '2'), outgoing('', '3')]),
      transport.publish([outgoing('a', '4')]),
    ];
    const outcomes = await Promise.all(calls);
    expect(outcomes.map((list) => list.map(code))).toEqual([[undefined], [undefined, 'CLR_CHANNEL'], [undefined]]);
    expect(store.puts.map((put) => put.map((it) => `${it.queue}:${Buffer.from(it.message.body)}`))).toEqual([
      ['a:1', 'b:2', 'a:4'],
    ]);
  });

  test('an empty call resolves to no outcomes and puts nothing', async () => {
    const { store, transport } = await open();
    expect(await transport.publish([])).toEqual([]);
    expect(store.puts).toEqual([]);
  });

  test('one message to several queues is put together, with exchange and key kept', async () => {
    const { store, transport } = await open();
    await transport.declare({
      exchanges: [{ name: 'news', type: 'fanout' }],
      bindings: [
        { exchange: 'news', queue: 'a', routingKey: '' },
        { exchange: 'news', queue: 'b', routingKey: '' },
      ],
    });
    expect(await transport.publish([outgoing('any', 'x', { exchange: 'news' })])).toEqual([undefined]);
    expect(store.puts[0]?.map(({ queue, exchange, routingKey }) => [queue, exchange, routingKey])).toEqual([
      ['a', 'news', 'any'],
      ['b', 'news', 'any'],
    ]);
  });

  test('unroutable messages are dropped, or fail when they are mandatory', async () => {
    const { store, transport } = await open();
    await transport.declare({ exchanges: [{ name: 'x', type: 'direct' }] });
    const outcomes = await transport.publish([
      outgoing('k', '1', { exchange: 'x' }),
      outgoing('k', '2', { exchange: 'x', mandatory: true }),
    ]);
    expect(outcomes.map(code)).toEqual([undefined, 'CLR_UNROUTABLE']);
    expect(store.puts).toEqual([]);
  });

  test('an exchange that nobody declared fails its own messages only', async () => {
    const { store, transport } = await open();
    const outcomes = await transport.publish([outgoing('k', '1', { exchange: 'nope' }), outgoing('q', '2')]);
    expect(outcomes.map(code)).toEqual(['CLR_CHANNEL', undefined]);
    expect(store.puts.flat().map((it) => it.queue)).toEqual(['q']);
  });

  test('an oversized body is refused before anything of it is sent', async () => {
    const { store, transport } = await open();
    const outcomes = await transport.publish([outgoing('q', 'x'.repeat(100)), outgoing('q', 'x'.repeat(101))]);
    expect(outcomes.map(code)).toEqual([undefined, 'CLR_MESSAGE_TOO_LARGE']);
    expect(outcomes[1]).toMatchObject({ size: 101, limit: 100 });
    expect(store.puts.flat()).toHaveLength(1);
  });

  test.each(['', 'a\nb', 'q\x06\x163', 'x'.repeat(300)])('refuses to send to a queue named %j (M39)', async (name) => {
    const { store, transport } = await open();
    expect((await transport.publish([outgoing(name)])).map(code)).toEqual(['CLR_CHANNEL']);
    expect(store.puts).toEqual([]);
  });

  test('a delay is refused where the store cannot hold messages back, and must be a time', async () => {
    const { transport } = await open();
    expect((await transport.publish([outgoing('q', 'x', { deliverAt: 1 })])).map(code)).toEqual(['CLR_CHANNEL']);
    const delaying = await open({ capabilities: { ...listCapabilities, delayedDelivery: true } });
    const outcomes = await delaying.transport.publish([
      outgoing('q', 'x', { deliverAt: 12 }),
      outgoing('q', 'x', { deliverAt: Number.NaN }),
    ]);
    expect(outcomes.map(code)).toEqual([undefined, 'CLR_CHANNEL']);
    expect(delaying.store.puts.flat().map((it) => it.deliverAt)).toEqual([12]);
  });

  test('a message that the store refuses fails alone, and the others keep their order', async () => {
    const { store, transport } = await open();
    store.beforePut = (messages) => {
      if (messages.some((it) => Buffer.from(it.message.body).toString() === 'poison'))
        throw new ChannelError('q', 'bad');
    };
    const texts = ['0', '1', 'poison', '3', '4', 'poison', '6'];
    const calls = texts.map((text) => transport.publish([outgoing('q', text)]));
    const outcomes = (await Promise.all(calls)).flat();
    expect(outcomes.map(code)).toEqual(texts.map((text) => (text === 'poison' ? 'CLR_CHANNEL' : undefined)));
    expect(store.waiting.map((it) => Buffer.from(it.message.body).toString())).toEqual(['0', '1', '3', '4', '6']);
  });

  test('a poison copy fails its message as a whole, without neighbours of the same call', async () => {
    const { store, transport } = await open();
    await transport.declare({
      exchanges: [{ name: 'f', type: 'fanout' }],
      bindings: ['a', 'bad'].map((queue) => ({ exchange: 'f', queue, routingKey: '' })),
    });
    store.beforePut = (messages) => {
      if (messages.some((it) => it.queue === 'bad')) throw new Error('no such queue');
    };
    const outcomes = await transport.publish([outgoing('q', '1'), outgoing('', '2', { exchange: 'f' })]);
    expect(outcomes.map(code)).toEqual([undefined, 'no such queue']);
    expect(store.waiting.map((it) => it.queue)).toEqual(['q']);
  });

  test('a lost connection rejects every call of the batch and is not tried message by message', async () => {
    const { store, transport } = await open();
    store.beforePut = () => {
      throw new ConnectionLostError('list://', 'gone');
    };
    const calls = [transport.publish([outgoing('a')]), transport.publish([outgoing('b')])];
    const results = await Promise.allSettled(calls);
    expect(results.map((it) => it.status === 'rejected' && code(it.reason as Error))).toEqual([
      'CLR_CONNECTION_LOST',
      'CLR_CONNECTION_LOST',
    ]);
    expect(store.puts).toHaveLength(1);
  });

  test('verbs before connect and after close reject', async () => {
    const store = new ListStore();
    const transport = virtualTransport(listParts(store));
    await expect(transport.publish([outgoing('q')])).rejects.toMatchObject({ code: 'CLR_CONNECTION_LOST' });
    await transport.connect();
    await transport.close();
    await transport.close();
    await expect(transport.publish([outgoing('q')])).rejects.toMatchObject({ code: 'CLR_CONNECTION_LOST' });
    await expect(transport.size('q')).rejects.toMatchObject({ code: 'CLR_CONNECTION_LOST' });
    await expect(transport.connect()).rejects.toMatchObject({ code: 'CLR_CONNECTION_LOST' });
    expect([store.closed, store.puts.length]).toEqual([1, 0]);
  });

  test('close waits for what is being published', async () => {
    const { store, transport } = await open();
    const gate = Promise.withResolvers<void>();
    store.beforePut = () => gate.promise;
    const publishing = transport.publish([outgoing('q')]);
    const closing = transport.close();
    await new Promise(setImmediate);
    expect(store.closed).toBe(0);
    gate.resolve();
    expect(await publishing).toEqual([undefined]);
    await closing;
    expect(store.closed).toBe(1);
  });
});

describe('declaring through a virtual transport', () => {
  test.each([
    ['an empty queue name', { queues: [{ name: '' }] }],
    ['a separator in a queue name', { queues: [{ name: 'q\x06\x163' }] }],
    ['a name of the broker', { queues: [{ name: 'amq.x' }] }],
    ['a wildcard as queue name', { queues: [{ name: '#' }] }],
    ['a bad exchange name', { exchanges: [{ name: 'a\nb', type: 'direct' as const }] }],
    ['an unknown exchange type', { exchanges: [{ name: 'x', type: 'x-delayed' as 'direct' }] }],
    ['a binding to an unknown exchange', { bindings: [{ exchange: 'x', queue: 'q', routingKey: '' }] }],
    [
      'a binding of a bad queue',
      { exchanges: [{ name: 'x', type: 'direct' as const }], bindings: [{ exchange: 'x', queue: '', routingKey: '' }] },
    ],
    ['another binding of the default exchange', { bindings: [{ exchange: '', queue: 'q', routingKey: 'other' }] }],
  ])('refuses %s', async (_name, topology) => {
    const { transport } = await open();
    await expect(transport.declare(topology)).rejects.toMatchObject({ code: 'CLR_CHANNEL' });
  });

  test('declaring twice changes nothing; another type is refused', async () => {
    const { store, transport } = await open();
    const topology = {
      exchanges: [{ name: 'x', type: 'direct' as const }],
      queues: [{ name: 'q' }],
      bindings: [
        { exchange: 'x', queue: 'q', routingKey: 'k' },
        { exchange: '', queue: 'q', routingKey: 'q' },
      ],
    };
    await transport.declare(topology);
    await transport.declare(topology);
    await transport.publish([outgoing('k', '1', { exchange: 'x' })]);
    expect(store.waiting).toHaveLength(1);
    const other = { exchanges: [{ name: 'x', type: 'topic' as const }] };
    await expect(transport.declare(other)).rejects.toMatchObject({ code: 'CLR_CHANNEL' });
  });

  test('a removed queue loses its bindings', async () => {
    const { store, transport } = await open();
    await transport.declare({
      exchanges: [{ name: 'x', type: 'topic' }],
      bindings: ['a', 'b'].map((queue) => ({ exchange: 'x', queue, routingKey: '#' })),
    });
    await transport.publish([outgoing('k', '1', { exchange: 'x' })]);
    await transport.remove('a');
    await transport.publish([outgoing('k', '2', { exchange: 'x' })]);
    expect(store.waiting.map((it) => it.queue)).toEqual(['b', 'b']);
  });
});
