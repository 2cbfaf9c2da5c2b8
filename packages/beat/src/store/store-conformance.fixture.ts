import { expect, onTestFinished, test } from 'vitest';
import { newState } from '../entry/schedule-entry.ts';
import type { BeatLease, BeatStore } from './beat-store.ts';

/** What {@link storeConformance} works with: two stores of one place, as two beats have them. */
export interface StoreHarness {
  readonly create: () => Promise<BeatStore> | BeatStore;
  /** The same place as that of the last `create`. */
  readonly again: (first: BeatStore) => Promise<BeatStore> | BeatStore;
}

const TTL_MS = 1500;
const definition = { task: 'add', schedule: { type: 'interval', everyMs: 1000 }, args: [], kwargs: {} } as const;
const state = (count: number) => ({ ...newState(1000), totalRunCount: count, lastDueMs: 2000 + count });

/** What every store must do. */
export function storeConformance({ create, again }: StoreHarness): void {
  const open = async (): Promise<BeatStore> => opened(await create());
  const opened = async (store: BeatStore): Promise<BeatStore> => {
    onTestFinished(() => store.close());
    await store.open();
    return store;
  };
  const lead = async (store: BeatStore, owner = 'a'): Promise<BeatLease> => {
    const lease = await store.acquire(owner, TTL_MS);
    if (lease === undefined) throw new Error(`${owner} does not lead`);
    return lease;
  };

  test('an empty store holds nothing', async () => {
    const store = await open();
    expect(await store.load()).toEqual({ version: 0, records: [] });
    expect(await store.news(0)).toEqual({ version: 0, records: [] });
  });

  test('states are kept for the next beat', async () => {
    const store = await open();
    const lease = await lead(store);
    expect(await store.write(lease, [['x', state(1)]])).toBe(true);
    const pending = [{ dueMs: 5000, id: 'id-5000' }];
    expect(
      await store.write(lease, [
        ['x', { ...state(2), pending }],
        ['__proto__', state(3)],
        ['ü "\n', state(4)],
      ]),
    ).toBe(true);
    await store.release(lease);
    await store.close();
    const next = await opened(await again(store));
    const { records } = await next.load();
    expect(new Map(records.map((record) => [record.name, record.state]))).toEqual(
      new Map([
        ['x', { ...state(2), pending }],
        ['__proto__', state(3)],
        ['ü "\n', state(4)],
      ]),
    );
    expect(records[0]).toMatchObject({ definition: null, isPaused: null, isRemoved: false, runNow: 0 });
  });

  test('many states at once', async () => {
    const store = await open();
    const lease = await lead(store);
    const states = Array.from({ length: 2500 }, (_item, index) => [`entry ${index}`, state(index)] as const);
    expect(await store.write(lease, states)).toBe(true);
    expect((await store.load()).records.length).toBe(2500);
  });

  test('names that differ by case or accent alone are different', async () => {
    const store = await open();
    const lease = await lead(store);
    await store.write(lease, [
      ['name', state(1)],
      ['Name', state(2)],
      ['n\u00e4me', state(3)],
    ]);
    await store.edit([{ name: 'NAME', isPaused: true }]);
    expect((await store.load()).records.map(({ name }) => name).toSorted()).toEqual([
      'NAME',
      'Name',
      'name',
      'n\u00e4me',
    ]);
  });

  test('edits are news to whoever has not seen them', async () => {
    const store = await open();
    const lease = await lead(store);
    await store.write(lease, [['config', state(1)]]);
    await store.edit([
      { name: 'new', definition },
      { name: 'config', isPaused: true },
    ]);
    const first = await store.news(0);
    expect(first.version).toBeGreaterThan(0);
    expect(new Map(first.records.map((record) => [record.name, record]))).toEqual(
      new Map([
        ['new', { name: 'new', definition, isRemoved: false, isPaused: null, runNow: 0, state: null }],
        ['config', { name: 'config', definition: null, isRemoved: false, isPaused: true, runNow: 0, state: null }],
      ]),
    );
    expect((await store.news(first.version)).records).toEqual([]);
    await store.edit([{ name: 'config', isPaused: false, runNow: true }]);
    await store.edit([{ name: 'config', runNow: true }]);
    const second = await store.news(first.version);
    expect(second.records).toMatchObject([{ name: 'config', isPaused: false, runNow: 2 }]);
    await store.edit([{ name: 'new', definition: null }]);
    expect((await store.news(second.version)).records).toMatchObject([
      { name: 'new', definition: null, isRemoved: true },
    ]);
    // The state of what was edited is untouched.
    expect((await store.load()).records.find(({ name }) => name === 'config')?.state).toEqual(state(1));
    expect(await store.forget(lease, ['new', 'unknown'])).toBe(true);
    expect((await store.load()).records.map(({ name }) => name)).toEqual(['config']);
  });

  test('a lease that was given back counts no more', async () => {
    const store = await open();
    const lease = await lead(store);
    expect(await store.renew(lease, TTL_MS)).toBe(true);
    await store.release(lease);
    expect(await store.renew(lease, TTL_MS)).toBe(false);
    expect(await store.write(lease, [['x', state(1)]])).toBe(false);
    expect(await store.forget(lease, ['x'])).toBe(false);
    await lead(store, 'b');
    expect((await store.load()).records).toEqual([]);
  });
}

/** What stores must do that several beats share. */
export function sharedStoreConformance({ create, again }: StoreHarness): void {
  const two = async (): Promise<readonly [BeatStore, BeatStore]> => {
    const first = await create();
    const second = await again(first);
    for (const store of [first, second]) {
      await store.open();
      onTestFinished(() => store.close());
    }
    return [first, second];
  };
  const patiently = async (store: BeatStore, owner: string): Promise<BeatLease> => {
    const deadline = performance.now() + 10_000;
    for (;;) {
      const lease = await store.acquire(owner, TTL_MS);
      if (lease !== undefined) return lease;
      if (performance.now() > deadline) throw new Error(`${owner} never leads`);
      await new Promise((done) => setTimeout(done, 20));
    }
  };

  test('one leads, and another one only when it is silent', async () => {
    const [first, second] = await two();
    const lease = (await first.acquire('a', TTL_MS))!;
    expect(lease).toBeDefined();
    const begun = performance.now();
    for (let at = 0; at < 8; at++) {
      expect(await second.acquire('b', TTL_MS)).toBeUndefined();
      expect(await first.renew(lease, TTL_MS)).toBe(true);
      await new Promise((done) => setTimeout(done, TTL_MS / 10));
    }
    const silent = performance.now();
    expect(silent - begun).toBeGreaterThan(0);
    const taken = await patiently(second, 'b');
    expect(taken.token).toBeGreaterThan(lease.token);
    expect(performance.now() - silent).toBeGreaterThan(TTL_MS / 3);
    // The one that was held up wakes and changes nothing.
    expect(await first.renew(lease, TTL_MS)).toBe(false);
    expect(await first.write(lease, [['x', state(1)]])).toBe(false);
    expect(await first.forget(lease, ['x'])).toBe(false);
    await first.release(lease);
    expect(await second.renew(taken, TTL_MS)).toBe(true);
    expect(await second.write(taken, [['x', state(2)]])).toBe(true);
    expect((await first.load()).records).toMatchObject([{ name: 'x', state: state(2) }]);
  });

  test('a lease that was given back is free at once', async () => {
    const [first, second] = await two();
    const lease = (await first.acquire('a', 60_000))!;
    expect(await second.acquire('b', 60_000)).toBeUndefined();
    await first.release(lease);
    expect(await second.acquire('b', 60_000)).toMatchObject({ owner: 'b' });
  });

  test('of many that ask at once one leads', async () => {
    const [first, second] = await two();
    const leases = await Promise.all(
      Array.from({ length: 20 }, (_item, index) =>
        (index % 2 === 0 ? first : second).acquire(`owner ${index}`, TTL_MS),
      ),
    );
    expect(leases.filter((lease) => lease !== undefined).length).toBe(1);
  });

  test('edits of one are news to the other', async () => {
    const [first, second] = await two();
    await first.edit([{ name: 'x', definition, isPaused: true }]);
    expect((await second.news(0)).records).toMatchObject([{ name: 'x', definition, isPaused: true }]);
  });
}
