import { FakeClock } from '@celeriac/testkit';
import { describe, expect, test } from 'vitest';
import { eventually } from './broker-children.fixture.ts';
import { scratchFolder } from './scratch-folder.fixture.ts';
import { openStore, queued, takeNow, textsOf } from './sql-queue-store.fixture.ts';

describe('put and take', () => {
  test('keep the order of a queue, and priority before it', async () => {
    using folder = scratchFolder();
    await using broker = await openStore(folder.url());
    await broker.store.put([queued('q', 'a'), queued('q', 'b', { priority: 9 }), queued('q', 'c')]);
    await broker.store.put([queued('q', 'd', { priority: 9 }), queued('q', 'e', { priority: -3 })]);
    expect(textsOf(await takeNow(broker.store, ['q'], 10))).toEqual(['b', 'd', 'a', 'c', 'e']);
  });

  test('put all messages or none', async () => {
    using folder = scratchFolder();
    await using broker = await openStore(folder.url());
    const bad = queued('q', 'x');
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    const unwritable = { ...bad, message: { ...bad.message, headers: { cyclic } } };
    await expect(broker.store.put([queued('q', 'a'), unwritable])).rejects.toMatchObject({ code: 'CLR_ENCODE' });
    expect(await broker.store.size('q')).toBe(0);
  });

  test('serve several queues in turn, none first for ever', async () => {
    using folder = scratchFolder();
    await using broker = await openStore(folder.url());
    await broker.store.put(Array.from({ length: 50 }, (_, index) => queued('long', `l${index}`)));
    await broker.store.put([queued('short', 's0'), queued('short', 's1')]);
    expect(textsOf(await takeNow(broker.store, ['long', 'short'], 4)).sort()).toEqual(['l0', 'l1', 's0', 's1']);
    await broker.store.put([queued('short', 's2')]);
    const firsts = [
      ...textsOf(await takeNow(broker.store, ['long', 'short'], 1)),
      ...textsOf(await takeNow(broker.store, ['long', 'short'], 1)),
    ];
    expect(firsts.sort()).toEqual(['l2', 's2']);
  });

  test('take of an empty queue waits for the next message, and ends by its signal', async () => {
    using folder = scratchFolder();
    await using broker = await openStore(folder.url());
    const waiting = broker.store.take(['q'], 10, 5000, new AbortController().signal);
    await broker.store.put([queued('q', 'came')]);
    expect(textsOf(await waiting)).toEqual(['came']);
    const abort = new AbortController();
    const ended = broker.store.take(['q'], 10, 60_000, abort.signal);
    abort.abort();
    expect(await ended).toEqual([]);
  });

  test('an idle take gets what another connection puts within 50 ms', async () => {
    using folder = scratchFolder();
    await using taking = await openStore(folder.url());
    await using putting = await openStore(folder.url());
    const latencies: number[] = [];
    for (let round = 0; round < 7; round++) {
      const waiting = taking.store.take(['q'], 10, 5000, new AbortController().signal);
      await new Promise((resolve) => setTimeout(resolve, 20));
      await putting.store.put([queued('q', 'x')]);
      const putAt = performance.now();
      await taking.store.settle((await waiting).map(({ receipt }) => ({ receipt, how: 'ack' })));
      latencies.push(performance.now() - putAt);
    }
    latencies.sort((a, b) => a - b);
    expect(latencies[3]).toBeLessThan(50);
  });

  test('a delayed message is taken at its time by the clock, behind what waits then', async () => {
    using folder = scratchFolder();
    const clock = new FakeClock();
    await using broker = await openStore(folder.url(), { clock });
    const now = clock.now();
    await broker.store.put([
      queued('q', 'second', { deliverAt: now + 2000 }),
      queued('q', 'first', { deliverAt: now + 1000 }),
      queued('q', 'due', { deliverAt: now - 1 }),
    ]);
    expect(await broker.store.size('q')).toBe(3);
    expect(textsOf(await takeNow(broker.store, ['q'], 10))).toEqual(['due']);
    await clock.advance(3000);
    await broker.store.put([queued('q', 'late')]);
    expect(textsOf(await takeNow(broker.store, ['q'], 10))).toEqual(['late', 'first', 'second']);
  });

  test('a waiting take wakes when a delayed message is due', async () => {
    using folder = scratchFolder();
    const clock = new FakeClock();
    await using broker = await openStore(folder.url(), { clock });
    await broker.store.put([queued('q', 'later', { deliverAt: clock.now() + 700 })]);
    const waiting = broker.store.take(['q'], 1, 5000, new AbortController().signal);
    await eventually('the take sleeps', 2000, () => clock.pending > 0);
    await clock.advance(700);
    expect(textsOf(await waiting)).toEqual(['later']);
  });
});

describe('settle', () => {
  test('ends leases, tells which were not held, and puts back in front', async () => {
    using folder = scratchFolder();
    await using broker = await openStore(folder.url());
    await using other = await openStore(folder.url());
    await broker.store.put(['a', 'b', 'c', 'd'].map((body) => queued('q', body)));
    const [a, b, c] = (await takeNow(broker.store, ['q'], 3)).map(({ receipt }) => receipt);
    expect(await other.store.settle([{ receipt: a!, how: 'ack' }])).toEqual([a]);
    const lost = await broker.store.settle([
      { receipt: a!, how: 'ack' },
      { receipt: b!, how: 'requeue' },
      { receipt: c!, how: 'discard' },
      { receipt: '99:1', how: 'ack' },
      { receipt: 'nonsense', how: 'requeue' },
    ]);
    expect(lost).toEqual(['99:1', 'nonsense']);
    const again = await takeNow(other.store, ['q'], 10);
    expect(textsOf(again)).toEqual(['b', 'd']);
    expect(again.map(({ redelivered, deliveryCount }) => [redelivered, deliveryCount])).toEqual([
      [true, 2],
      [false, 1],
    ]);
  });

  test('a receipt fits one taking only', async () => {
    using folder = scratchFolder();
    await using broker = await openStore(folder.url());
    await broker.store.put([queued('q', 'a')]);
    const [first] = await takeNow(broker.store, ['q'], 1);
    await broker.store.settle([{ receipt: first!.receipt, how: 'requeue' }]);
    const [second] = await takeNow(broker.store, ['q'], 1);
    expect(second!.receipt).not.toBe(first!.receipt);
    expect(await broker.store.settle([{ receipt: first!.receipt, how: 'ack' }])).toEqual([first!.receipt]);
    expect(await broker.store.renew([first!.receipt, second!.receipt])).toEqual([first!.receipt]);
    await broker.store.settle([{ receipt: second!.receipt, how: 'ack' }]);
    await broker.store.put([queued('q', 'b')]);
    const [third] = await takeNow(broker.store, ['q'], 1);
    expect(third!.receipt.split(':')[0]).not.toBe(second!.receipt.split(':')[0]);
  });

  test('the acknowledgement as one statement returns the receipts that were held', async () => {
    using folder = scratchFolder();
    await using broker = await openStore(folder.url());
    await broker.store.put([queued('q', 'a'), queued('q', 'b')]);
    const receipts = (await takeNow(broker.store, ['q'], 2)).map(({ receipt }) => receipt);
    const { statement } = broker.store.acknowledgement([receipts[0]!, '7:7']);
    expect(await broker.database.run([statement])).toEqual([[{ guard: receipts[0] }]]);
    expect(await broker.store.renew(receipts)).toEqual([receipts[0]]);
  });
});

describe('leases', () => {
  const leaseMs = 200;

  test('an owner that does not renew loses its messages to whoever takes next', async () => {
    using folder = scratchFolder();
    await using dead = await openStore(folder.url(), { leaseMs, sweepMs: 50 });
    await using alive = await openStore(folder.url(), { leaseMs, sweepMs: 50 });
    await dead.store.put([queued('q', 'a')]);
    const [held] = await takeNow(dead.store, ['q'], 1);
    expect(await takeNow(alive.store, ['q'], 1)).toEqual([]);
    const [back] = await alive.store.take(['q'], 1, 3000, new AbortController().signal);
    expect([back!.redelivered, back!.deliveryCount]).toEqual([true, 2]);
    expect(await dead.store.settle([{ receipt: held!.receipt, how: 'ack' }])).toEqual([held!.receipt]);
    expect(await alive.store.settle([{ receipt: back!.receipt, how: 'ack' }])).toEqual([]);
  });

  test('an owner with a shorter lease never takes one with a longer lease for dead', async () => {
    using folder = scratchFolder();
    await using long = await openStore(folder.url(), { leaseMs: 60_000 });
    await using short = await openStore(folder.url(), { leaseMs, sweepMs: 50 });
    await long.store.put([queued('q', 'a')]);
    const [held] = await takeNow(long.store, ['q'], 1);
    expect(await short.store.take(['q'], 1, 300, new AbortController().signal)).toEqual([]);
    expect(await long.store.renew([held!.receipt])).toEqual([]);
  });

  test('an owner from before the machine was started is dead', async () => {
    using folder = scratchFolder();
    await using before = await openStore(folder.url());
    await using after = await openStore(folder.url());
    await before.store.put([queued('q', 'a')]);
    await takeNow(before.store, ['q'], 1);
    const future = { sql: 'update celeriac_owner set expires_at = expires_at + 86400000', parameters: [] };
    await before.database.run([future]);
    expect(textsOf(await takeNow(after.store, ['q'], 1))).toEqual(['a']);
  });

  test('held messages whose owner is in no table come back', async () => {
    using folder = scratchFolder();
    await using before = await openStore(folder.url());
    await before.store.put([queued('q', 'a')]);
    await takeNow(before.store, ['q'], 1);
    await before.database.run([{ sql: 'delete from celeriac_owner', parameters: [] }]);
    await using after = await openStore(folder.url());
    expect(textsOf(await takeNow(after.store, ['q'], 1))).toEqual(['a']);
  });

  test('queues that end with a connection are removed once it is dead, and not before', async () => {
    using folder = scratchFolder();
    await using dead = await openStore(folder.url(), { leaseMs, sweepMs: 50 });
    await using alive = await openStore(folder.url(), { leaseMs: 10_000, sweepMs: 50 });
    await dead.store.declareTransient(['reply']);
    await alive.store.put([queued('reply', 'x'), queued('other', 'y')]);
    expect(textsOf(await takeNow(alive.store, ['other'], 1))).toEqual(['y']);
    expect(await alive.store.size('reply')).toBe(1);
    await alive.store.take(['other'], 1, 3 * leaseMs, new AbortController().signal);
    expect(await alive.store.size('reply')).toBe(0);
  });
});

describe('managing', () => {
  test('size, purge and remove leave held messages alone', async () => {
    using folder = scratchFolder();
    await using broker = await openStore(folder.url());
    await broker.store.put(Array.from({ length: 2500 }, (_, index) => queued('q', `${index}`)));
    const [held] = await takeNow(broker.store, ['q'], 1);
    expect(await broker.store.size('q')).toBe(2499);
    expect(await broker.store.purge('q')).toBe(2499);
    await broker.store.settle([{ receipt: held!.receipt, how: 'requeue' }]);
    expect(await broker.store.size('q')).toBe(1);
    await broker.store.remove('q');
    expect(await broker.store.size('q')).toBe(0);
  });

  test('closing gives back what is held', async () => {
    using folder = scratchFolder();
    const closing = await openStore(folder.url());
    await using other = await openStore(folder.url());
    await closing.store.put([queued('q', 'a')]);
    await takeNow(closing.store, ['q'], 1);
    await closing.store.close();
    await closing.store.close();
    expect(textsOf(await takeNow(other.store, ['q'], 1))).toEqual(['a']);
    await expect(closing.store.put([queued('q', 'b')])).rejects.toMatchObject({ code: 'CLR_CONNECTION_LOST' });
  });

  test('B20: no statement on a queue scans its table', async () => {
    using folder = scratchFolder();
    await using broker = await openStore(folder.url());
    const { database } = broker;
    const { SqliteMessageStatements } = await import('./sqlite-message-statements.ts');
    const statements = new SqliteMessageStatements(database.dialect);
    const list = database.dialect.list(['1:1']);
    const held = { receipts: list, owner: 1 };
    const all = [
      statements.anyReady.with({ queue: 'q' }),
      statements.nextDue.with({ queue: 'q' }),
      statements.dueIds.with({ queue: 'q', now: 1, limit: 1 }),
      statements.readyIds.with({ queue: 'q', limit: 1 }),
      statements.hold.with({ ids: list, owner: 1 }),
      statements.read.with({ ids: list }),
      statements.drop.with({ ids: list }),
      statements.ack.with(held),
      statements.requeue.with(held),
      statements.held.with(held),
      statements.putBackOwn.with({ owner: 1 }),
      statements.putBackOrphans.with({}),
      statements.size.with({ queue: 'q' }),
      statements.waitingIds.with({ queue: 'q', limit: 1 }),
    ];
    for (const { sql, parameters } of all) {
      const [plan] = await database.run([{ sql: `explain query plan ${sql}`, parameters }], { mode: 'read' });
      const details = plan!.map((row) => String(row['detail']));
      expect(
        details.filter((detail) => /SCAN celeriac_message(?! USING)/.test(detail)),
        sql,
      ).toEqual([]);
      expect(details.join('\n'), sql).toContain('celeriac_message');
      expect(details.join('\n'), sql).not.toContain('TEMP B-TREE');
    }
  });
});

describe('B22: with a full disk', () => {
  test('put is refused with a clear error, settlements wait for room, and nothing is lost', async () => {
    using folder = scratchFolder();
    const lines: string[] = [];
    const line = (text: string): void => void lines.push(text);
    const logger = { debug: line, info: line, warning: line, error: line, isEnabled: () => true };
    await using broker = await openStore(folder.url(), { logger });
    const { store, database } = broker;
    await store.put([queued('q', 'a'), queued('q', 'b')]);
    const [a] = await takeNow(store, ['q'], 1);
    const [[row]] = (await database.run([{ sql: 'pragma page_count', parameters: [] }])) as [[{ page_count: number }]];
    const limit = (pages: number) => database.run([{ sql: `pragma max_page_count = ${pages}`, parameters: [] }]);
    await limit(row.page_count);
    const refused = store.put([queued('q', 'x'.repeat(200_000))]);
    await expect(refused).rejects.toMatchObject({
      code: 'CLR_CHANNEL',
      message: expect.stringContaining('disk is full'),
    });
    await store.settle([{ receipt: a!.receipt, how: 'ack' }]);
    await limit(1_000_000);
    await store.put([queued('q', 'c')]);
    expect(textsOf(await takeNow(store, ['q'], 10))).toEqual(['b', 'c']);
    expect(await database.run([{ sql: 'pragma integrity_check', parameters: [] }])).toEqual([
      [{ integrity_check: 'ok' }],
    ]);
  });
});
