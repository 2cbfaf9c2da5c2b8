import { systemClock } from '@celeriac/protocol';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Delivery } from './delivery.ts';
import { behaviours } from './lease-renewer.fixture.ts';
import { ListStore, listParts, outgoing, recordingLogger } from './list-store.fixture.ts';
import { ManualClock } from './manual-clock.fixture.ts';
import type { Transport } from './transport.ts';
import { type VirtualTransportParts, virtualTransport } from './virtual-transport.ts';

interface Scene {
  readonly store: ListStore;
  readonly transport: Transport;
  readonly logger: ReturnType<typeof recordingLogger>;
  readonly got: Delivery[];
  readonly losses: Error[];
}

const open: Transport[] = [];
afterEach(async () => {
  for (const transport of open.splice(0)) await transport.close();
});

/** A consumer that holds `count` deliveries. */
async function holding(count: number, more: Partial<VirtualTransportParts>): Promise<Scene> {
  const store = new ListStore();
  const logger = recordingLogger();
  const transport = virtualTransport(listParts(store, { logger, ...more }));
  open.push(transport);
  await transport.connect();
  const got: Delivery[] = [];
  const losses: Error[] = [];
  await transport.publish(Array.from({ length: count }, (_, index) => outgoing('q', String(index))));
  await transport.consume({
    queues: ['q'],
    prefetch: count,
    onDeliveries: (deliveries) => void got.push(...deliveries),
    onLost: (error) => void losses.push(error),
  });
  await vi.waitUntil(() => got.length === count);
  return { store, transport, logger, got, losses };
}

describe('leases renewed by a timer', () => {
  async function held(count: number): Promise<Scene & { readonly clock: ManualClock }> {
    const clock = new ManualClock();
    return { clock, ...(await holding(count, { clock, lease: { leaseMs: 30_000 } })) };
  }

  test('renews everything held in one call, every third of the lease, and only while something is held', async () => {
    const { clock, store, got } = await held(2);
    await clock.advance(20_000);
    expect(store.renewals).toEqual([got.map((it) => it.receipt), got.map((it) => it.receipt)]);
    await got[0]!.settle('ack');
    await clock.advance(10_000);
    expect(store.renewals[2]).toEqual([got[1]!.receipt]);
    await got[1]!.settle('ack');
    await clock.advance(60_000);
    expect([store.renewals.length, clock.pending]).toEqual([3, 0]);
  });

  test('marks exactly the deliveries whose lease was lost', async () => {
    const { clock, store, got, losses, logger } = await held(2);
    store.held.delete(got[0]!.receipt);
    await clock.advance(10_000);
    expect(got.map((delivery) => delivery.held)).toEqual([false, true]);
    expect([losses, logger.lines.map((line) => line.level)]).toEqual([[], ['error']]);
    expect(await got[0]!.settle('ack')).toBe(false);
    expect(store.settlements).toEqual([]);
    expect(await got[1]!.settle('ack')).toBe(true);
  });

  test('a failing renewal is tried again and logged once; after a whole lease everything counts as lost', async () => {
    const { clock, store, got, logger } = await held(1);
    store.beforeRenew = () => {
      throw new Error('database is locked');
    };
    await clock.advance(20_000);
    expect([got[0]!.held, logger.lines.map((line) => line.level)]).toEqual([true, ['warning']]);
    await clock.advance(10_000);
    expect([got[0]!.held, logger.lines.map((line) => line.level)]).toEqual([false, ['warning', 'error']]);
  });

  test('a renewal that works again keeps the deliveries', async () => {
    const { clock, store, got } = await held(1);
    store.beforeRenew = () => {
      throw new Error('database is locked');
    };
    await clock.advance(20_000);
    store.beforeRenew = () => {};
    await clock.advance(100_000);
    expect(got[0]!.held).toBe(true);
  });

  test('nothing is renewed after close', async () => {
    const { clock, store, transport } = await held(1);
    await transport.close();
    await clock.advance(60_000);
    expect([store.renewals, clock.pending]).toEqual([[], 0]);
  });
});

describe('leases renewed by a thread', () => {
  const module = new URL('./lease-renewer.fixture.ts', import.meta.url);

  async function held(leaseMs: number): Promise<Scene & { readonly state: Int32Array }> {
    const shared = new SharedArrayBuffer(12);
    const state = new Int32Array(shared);
    const lease = { leaseMs, thread: { module, options: { shared } } };
    const scene = await holding(2, { clock: systemClock, lease });
    await vi.waitUntil(() => state[1]! > 0, 5000);
    return { state, ...scene };
  }

  test('renews while this thread is blocked', async () => {
    const { state, got } = await held(150);
    const before = Atomics.load(state, 1);
    const end = performance.now() + 450;
    while (performance.now() < end);
    expect(Atomics.load(state, 1) - before).toBeGreaterThanOrEqual(3);
    await new Promise(setImmediate);
    expect(got.map((delivery) => delivery.held)).toEqual([true, true]);
  });

  test('the main thread does not renew beside it', async () => {
    const { state, store } = await held(150);
    // It did so at most until the thread was ready.
    const before = store.renewals.length;
    const renewals = Atomics.load(state, 1);
    await vi.waitUntil(() => Atomics.load(state, 1) > renewals + 4, 5000);
    expect(store.renewals.length).toBe(before);
  });

  test('a lost lease marks everything, ends the consumer and is logged once', async () => {
    const { state, got, losses, logger, store } = await held(150);
    Atomics.store(state, 0, behaviours.lose);
    await vi.waitUntil(() => losses.length > 0, 5000);
    expect(got.map((delivery) => delivery.held)).toEqual([false, false]);
    expect(losses).toMatchObject([{ code: 'CLR_LEASE_LOST', deliveries: 2 }]);
    const lost = Atomics.load(state, 1);
    await vi.waitUntil(() => Atomics.load(state, 1) > lost + 2, 5000);
    expect(logger.lines.map((line) => line.level)).toEqual(['error']);
    expect(store.held.size).toBe(0);
  });

  test.each(['fail', 'hang'] as const)(
    'renewals that %s lose the lease only when it has run out',
    async (behaviour) => {
      const { state, got, losses, logger } = await held(300);
      Atomics.store(state, 0, behaviours[behaviour]);
      await vi.waitUntil(() => logger.lines.length > 0, 5000);
      expect([logger.lines[0]?.level, got[0]!.held]).toEqual(['warning', true]);
      await vi.waitUntil(() => losses.length > 0, 5000);
      expect(got[0]!.held).toBe(false);
    },
  );

  test('a crashed thread is replaced, and the main thread renews until then', async () => {
    const { state, got, store, logger } = await held(300);
    Atomics.store(state, 0, behaviours.crash);
    await vi.waitUntil(() => logger.lines.length > 0, 5000);
    const renewals = Atomics.load(state, 1);
    await vi.waitUntil(() => store.renewals.length > 0, 5000);
    await vi.waitUntil(() => Atomics.load(state, 1) > renewals, 5000);
    const fromHere = store.renewals.length;
    await vi.waitUntil(() => Atomics.load(state, 1) > renewals + 4, 5000);
    expect(store.renewals.length).toBeLessThanOrEqual(fromHere + 1);
    expect([logger.lines.map((line) => line.level), got[0]!.held]).toEqual([['error'], true]);
  });

  test('close lets the renewer close and leaves no thread behind', async () => {
    const { state, transport } = await held(150);
    await transport.close();
    expect(Atomics.load(state, 2)).toBe(1);
    const renewals = Atomics.load(state, 1);
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(Atomics.load(state, 1)).toBe(renewals);
  });

  test('a module that cannot be loaded is logged, and the main thread renews', async () => {
    const lease = { leaseMs: 150, thread: { module: new URL('./no-such-module.ts', import.meta.url), options: {} } };
    const { store, logger } = await holding(1, { clock: systemClock, lease });
    await vi.waitUntil(() => store.renewals.length > 1 && logger.lines.length > 0, 5000);
    expect(logger.lines[0]?.level).toBe('error');
  });
});
