import { describe, expect, test, vi } from 'vitest';
import type { Delivery } from './delivery.ts';
import { ListStore, listParts, outgoing, recordingLogger } from './list-store.fixture.ts';
import { turns } from './manual-clock.fixture.ts';
import type { ConsumeOptions, Consumer, Transport } from './transport.ts';
import { ConnectionLostError } from './transport-errors.ts';
import { type VirtualTransportParts, virtualTransport } from './virtual-transport.ts';

interface Scene {
  readonly store: ListStore;
  readonly transport: Transport;
  readonly got: Delivery[];
  readonly losses: Error[];
  publish(queue: string, ...texts: string[]): Promise<void>;
  consume(queues: readonly string[], prefetch: number, more?: Partial<ConsumeOptions>): Promise<Consumer>;
}

async function open(more: Partial<VirtualTransportParts> = {}): Promise<Scene> {
  const store = new ListStore();
  const transport = virtualTransport(listParts(store, more));
  await transport.connect();
  const got: Delivery[] = [];
  const losses: Error[] = [];
  return {
    store,
    transport,
    got,
    losses,
    publish: async (queue, ...texts) => void (await transport.publish(texts.map((text) => outgoing(queue, text)))),
    consume: (queues, prefetch, options) =>
      transport.consume({
        queues,
        prefetch,
        onDeliveries: (deliveries) => void got.push(...deliveries),
        onLost: (error) => void losses.push(error),
        ...options,
      }),
  };
}

function textsOf(deliveries: readonly Delivery[]): string[] {
  return deliveries.map((delivery) => Buffer.from(delivery.message.body).toString());
}

describe('consuming through a virtual transport', () => {
  test('takes no more than the window has room for, and goes on as deliveries are settled', async () => {
    const { publish, consume, got, store } = await open();
    await publish('q', '0', '1', '2', '3', '4');
    await consume(['q'], 2);
    await vi.waitUntil(() => got.length === 2);
    await turns();
    expect([textsOf(got), store.held.size]).toEqual([['0', '1'], 2]);
    expect(await Promise.all(got.map((delivery) => delivery.settle('ack')))).toEqual([true, true]);
    await vi.waitUntil(() => got.length === 4);
    expect(store.held.size).toBe(2);
    expect(store.takes.every((take) => take.max <= 2)).toBe(true);
  });

  test.each([
    [{}, 1000],
    [{ largestTake: 5 }, 5],
  ])('takes a bounded number at a time however much there is room for: %o', async (parts, most) => {
    const { publish, consume, got, store } = await open(parts);
    await publish('q', ...Array.from({ length: 12 }, (_, index) => String(index)));
    await consume(['q'], 0);
    await vi.waitUntil(() => got.length === 12);
    expect(new Set(store.takes.map((take) => take.max))).toEqual(new Set([most]));
  });

  test.each([
    ['is packed', {}, false],
    ['stays as it is where the store has it in memory anyway', { inMemory: true }, true],
  ])('a message that was shelved %s', async (_what, parts, isSame) => {
    const { publish, consume, got } = await open(parts);
    await publish('q', 'a');
    await consume(['q'], 1);
    await vi.waitUntil(() => got.length === 1);
    const [delivery] = got as [Delivery];
    const { message } = delivery;
    expect(delivery.message).toBe(message);
    delivery.shelve?.();
    expect(delivery.message === message).toBe(isSame);
    expect(textsOf(got)).toEqual(['a']);
    expect(await delivery.settle('ack')).toBe(true);
  });

  test('has the other half of a large window on its way before it hands over the first', async () => {
    const { publish, consume, got, store } = await open();
    await publish('q', ...Array.from({ length: 64 }, (_, index) => String(index)));
    const takesAtHandOver: number[] = [];
    await consume(['q'], 64, {
      onDeliveries: (deliveries) => {
        takesAtHandOver.push(store.takes.length);
        got.push(...deliveries);
      },
    });
    await vi.waitUntil(() => got.length === 64);
    expect(store.takes.slice(0, 2).map((take) => take.max)).toEqual([32, 32]);
    expect(takesAtHandOver).toEqual([2, 2]);
  });

  test('a larger window takes effect while a take waits; a smaller one as deliveries are settled', async () => {
    const { publish, consume, got, store } = await open();
    await publish('q', ...'abcdefgh');
    const consumer = await consume(['q'], 1);
    await vi.waitUntil(() => got.length === 1);
    consumer.setPrefetch(4);
    await vi.waitUntil(() => got.length === 4);
    consumer.setPrefetch(1);
    await got[0]!.settle('ack');
    await got[1]!.settle('ack');
    await turns();
    expect([got.length, store.held.size]).toEqual([4, 2]);
    await got[2]!.settle('ack');
    await got[3]!.settle('ack');
    await vi.waitUntil(() => got.length === 5);
  });

  test('reads other queues as soon as setQueues resolves', async () => {
    const { publish, consume, got } = await open();
    const consumer = await consume(['a'], 0);
    await turns();
    await consumer.setQueues(['b']);
    await publish('a', 'left alone');
    await publish('b', 'read');
    await vi.waitUntil(() => got.length === 1);
    await turns();
    expect(textsOf(got)).toEqual(['read']);
    await consumer.setQueues([]);
    await consumer.setQueues(['a', 'a']);
    await vi.waitUntil(() => got.length === 2);
  });

  test('a consumer refuses bad queue names and windows', async () => {
    const { consume } = await open();
    await expect(consume(['a\nb'], 1)).rejects.toMatchObject({ code: 'CLR_CHANNEL' });
    await expect(consume(['a'], -1)).rejects.toThrow(RangeError);
    const consumer = await consume(['a'], 1);
    await expect(consumer.setQueues([''])).rejects.toMatchObject({ code: 'CLR_CHANNEL' });
    expect(() => consumer.setPrefetch(-1)).toThrow(RangeError);
  });

  test('settlements of one turn share one call to the store', async () => {
    const { publish, consume, got, store } = await open();
    await publish('q', '0', '1', '2');
    await consume(['q'], 0);
    await vi.waitUntil(() => got.length === 3);
    const [ack, requeue, discard] = got;
    await Promise.all([ack!.settle('ack'), requeue!.settle('requeue'), discard!.settle('discard')]);
    expect(store.settlements).toEqual([
      [
        { receipt: ack!.receipt, how: 'ack' },
        { receipt: requeue!.receipt, how: 'requeue' },
        { receipt: discard!.receipt, how: 'discard' },
      ],
    ]);
  });

  test('a second settle rejects, also while the first is under way', async () => {
    const { publish, consume, got } = await open();
    await publish('q', '0');
    await consume(['q'], 0);
    await vi.waitUntil(() => got.length === 1);
    const first = got[0]!.settle('ack');
    await expect(got[0]!.settle('requeue')).rejects.toMatchObject({ code: 'CLR_ALREADY_SETTLED' });
    expect([await first, got[0]!.held]).toEqual([true, false]);
    await expect(got[0]!.settle('ack')).rejects.toMatchObject({ receipt: got[0]!.receipt });
  });

  test('a settle that the broker did not confirm may be repeated, and takes its place in the window again', async () => {
    const { publish, consume, got, store } = await open();
    await publish('q', '0', '1', '2');
    await consume(['q'], 1);
    await vi.waitUntil(() => got.length === 1);
    store.beforeSettle = () => {
      throw new ConnectionLostError('list://', 'gone');
    };
    await expect(got[0]!.settle('ack')).rejects.toMatchObject({ code: 'CLR_CONNECTION_LOST' });
    // The next take goes out behind a settlement, before its answer.
    await vi.waitUntil(() => got.length === 2);
    store.beforeSettle = () => {};
    expect(await got[1]!.settle('ack')).toBe(true);
    await turns();
    expect([got.length, got[0]!.held]).toEqual([2, true]);
    expect(await got[0]!.settle('ack')).toBe(true);
    await vi.waitUntil(() => got.length === 3);
  });

  test('a settle of what is not held any more resolves to false and frees the window', async () => {
    const { publish, consume, got, store } = await open();
    await publish('q', '0', '1');
    await consume(['q'], 1);
    await vi.waitUntil(() => got.length === 1);
    store.held.delete(got[0]!.receipt);
    expect(await got[0]!.settle('ack')).toBe(false);
    await vi.waitUntil(() => got.length === 2);
  });

  test('without acknowledgements messages are settled before they are handed over', async () => {
    const { publish, consume, got, store } = await open();
    await publish('q', '0', '1');
    let heldAtHandOver = -1;
    await consume(['q'], 1, {
      noAck: true,
      onDeliveries: (deliveries) => {
        heldAtHandOver = store.held.size;
        got.push(...deliveries);
      },
    });
    await vi.waitUntil(() => got.length === 2);
    expect([heldAtHandOver, got.map((delivery) => delivery.held)]).toEqual([0, [false, false]]);
    await expect(got[0]!.settle('ack')).rejects.toMatchObject({ code: 'CLR_ALREADY_SETTLED' });
  });

  test('after stop nothing is taken, and what is held can be settled', async () => {
    const { publish, consume, got, losses, store } = await open();
    await publish('q', '0', '1');
    const consumer = await consume(['q'], 1);
    await vi.waitUntil(() => got.length === 1);
    await Promise.all([consumer.stop(), consumer.stop()]);
    expect(await got[0]!.settle('ack')).toBe(true);
    await turns();
    expect([got.length, store.waiting.length, losses]).toEqual([1, 1, []]);
    await consumer.setQueues(['other']);
  });

  test('what a take brings along after stop goes back to the queue', async () => {
    const { consume, got, store } = await open();
    const consumer = await consume(['q'], 0);
    await turns();
    // Not announced: only the end of the waiting take finds it.
    store.waiting.push({ ...outgoing('q', 'late'), queue: 'q' });
    await consumer.stop();
    expect([got.length, store.waiting.length, store.held.size]).toEqual([0, 1, 0]);
  });

  test('a lost connection ends the consumer and tells it once', async () => {
    const { consume, losses, store } = await open();
    const consumer = await consume(['q'], 0);
    await turns();
    store.beforeTake = () => {
      throw new ConnectionLostError('list://', 'gone');
    };
    store.wake();
    await vi.waitUntil(() => losses.length > 0);
    await consumer.stop();
    expect(losses).toMatchObject([{ code: 'CLR_CONNECTION_LOST' }]);
    expect(store.takes).toHaveLength(1);
  });

  test('a handler that throws ends the consumer with its error', async () => {
    const { publish, consume, losses } = await open();
    await publish('q', '0');
    await consume(['q'], 0, {
      onDeliveries: () => {
        throw new Error('a bug');
      },
    });
    await vi.waitUntil(() => losses.length > 0);
    expect(losses.map((error) => error.message)).toEqual(['a bug']);
  });

  test('a busy consumer lets timers run', async () => {
    const { publish, consume, transport } = await open();
    let rounds = 0;
    let stop = false;
    await consume(['q'], 1, {
      onDeliveries: ([delivery]) => {
        rounds++;
        void delivery!.settle('ack');
        if (!stop) void transport.publish([outgoing('q')]);
      },
    });
    await publish('q', '0');
    await new Promise((resolve) => setTimeout(resolve, 20));
    stop = true;
    expect(rounds).toBeGreaterThan(10);
  });

  test('close stops consumers and marks what they held', async () => {
    const { publish, consume, got, losses, store, transport } = await open();
    await publish('q', '0');
    await consume(['q'], 0);
    await vi.waitUntil(() => got.length === 1);
    await transport.close();
    expect([got[0]!.held, store.closed, losses]).toEqual([false, 1, []]);
    expect(await got[0]!.settle('ack')).toBe(false);
  });

  test('close ends although a take never comes back', async () => {
    const { store, consume, transport } = await open();
    store.take = () => new Promise(() => {});
    await consume(['q'], 0);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const closing = transport.close();
      await vi.advanceTimersByTimeAsync(5000);
      await closing;
    } finally {
      vi.useRealTimers();
    }
    expect(store.closed).toBe(1);
  });

  test.each([{ autoDelete: true }, { exclusive: true }])(
    'removes a queue declared as %j with its last consumer',
    async (flags) => {
      const { consume, store, transport } = await open();
      await transport.declare({ queues: [{ name: 'temporary', ...flags }, { name: 'kept' }] });
      const first = await consume(['temporary', 'kept'], 0);
      const second = await consume(['temporary'], 0);
      await first.stop();
      expect(store.removed).toEqual([]);
      await second.setQueues([]);
      expect(store.removed).toEqual(['temporary']);
      await transport.close();
      expect(store.removed).toEqual(['temporary']);
    },
  );

  test('an exclusive queue ends with the connection even if nobody consumed it; an auto-delete one stays', async () => {
    const { store, transport } = await open();
    await transport.declare({
      queues: [
        { name: 'mine', exclusive: true },
        { name: 'unused', autoDelete: true },
      ],
    });
    await transport.close();
    expect(store.removed).toEqual(['mine']);
  });

  test('a queue that cannot be removed is logged, and stop still resolves', async () => {
    const logger = recordingLogger();
    const { consume, store, transport } = await open({ logger });
    await transport.declare({ queues: [{ name: 'q', autoDelete: true }] });
    store.remove = async () => {
      throw new ConnectionLostError('list://', 'gone');
    };
    await (await consume(['q'], 0)).stop();
    expect(logger.lines.map((line) => line.level)).toEqual(['warning']);
  });
});

describe('settling jointly with a result store', () => {
  const joint = {
    domain: 'db',
    settling: (receipts: readonly string[]) => ({ statement: { sql: 'settle', parameters: receipts } }),
  };

  async function held(count: number): Promise<Scene & { readonly transport: Transport }> {
    const scene = await open({ joint });
    await scene.publish('q', ...Array.from({ length: count + 1 }, (_, index) => String(index)));
    await scene.consume(['q'], count);
    await vi.waitUntil(() => scene.got.length === count);
    return scene;
  }

  test('claims deliveries, hands out the statement, and frees the window at the end', async () => {
    const { got, store, transport } = await held(2);
    const { work, end } = transport.joint!.begin(got);
    expect(work).toEqual({ domain: 'db', statement: { sql: 'settle', parameters: got.map((it) => it.receipt) } });
    expect(got.map((delivery) => delivery.held)).toEqual([false, false]);
    await expect(got[0]!.settle('ack')).rejects.toMatchObject({ code: 'CLR_ALREADY_SETTLED' });
    end([got[0]!.receipt]);
    await vi.waitUntil(() => got.length === 3);
    expect(store.settlements).toEqual([]);
  });

  test('an error gives the deliveries back to be settled again', async () => {
    const { got, transport } = await held(1);
    transport.joint!.begin(got).end(new Error('rolled back'));
    expect(got[0]!.held).toBe(true);
    expect(await got[0]!.settle('ack')).toBe(true);
  });

  test('claims all or none', async () => {
    const { got, transport } = await held(2);
    const settling = got[1]!.settle('ack');
    expect(() => transport.joint!.begin(got)).toThrow(expect.objectContaining({ code: 'CLR_ALREADY_SETTLED' }));
    await settling;
    expect(got[0]!.held).toBe(true);
  });

  test('a transport of a store without it has none', async () => {
    expect((await open()).transport.joint).toBeUndefined();
  });
});
