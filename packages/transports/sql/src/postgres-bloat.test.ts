import { openSqlDatabase, type SqlDatabase, type Statement } from '@celeriac/sql';
import { useDatabase } from '@celeriac/tooling/services';
import { Client } from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { toRow } from './message-row.ts';
import { oldTransactions } from './old-transactions.ts';
import { PostgresMessages } from './postgres-messages.ts';
import { ServerQueueTable } from './server-queue-table.ts';
import { openStore, queued } from './sql-queue-store.fixture.ts';

const LONG = process.env['CELERIAC_LONG'] === '1';
const MESSAGES = LONG ? 50_000 : 6000;
const BATCH = 100;
const CLAIM = 20;

/** What PostgreSQL did for a statement that was run and undone. */
interface Plan {
  readonly text: string;
  /** Pages looked at. */
  readonly pages: number;
  readonly ms: number;
}

const place = await useDatabase('postgres');

describe.skipIf(place.skipped !== undefined)('B20: an old transaction keeps dead rows from being cleared away', () => {
  const url = place.skipped === undefined ? place.url : '';
  afterAll(async () => {
    if (place.skipped === undefined) await place.stop();
  });

  test(`a claim costs the same after ${MESSAGES} messages as before, and uses its index`, {
    timeout: 600_000,
  }, async () => {
    await using _tables = await openStore(url);
    const [database, old] = [openSqlDatabase(url), openSqlDatabase(url)];
    await database.connect();
    await old.connect();
    const release = Promise.withResolvers<void>();
    const holding = holdSnapshot(old, release.promise);
    const messages = new PostgresMessages(database);
    const owner = { id: 7, leaseMs: 600_000 };
    const table = new ServerQueueTable(database, messages, owner, 5000);
    const waits: number[] = [];
    const passBatch = async (from: number): Promise<void> => {
      const bodies = Array.from({ length: BATCH }, (_, index) => queued('q', `m${from + index}`));
      await table.put(bodies.map((message) => toRow(message, 0)));
      for (let taken = 0; taken < BATCH; ) {
        const startedAt = performance.now();
        const { rows } = await table.collect({ queues: ['q'], max: CLAIM, nowMs: Date.now() });
        waits.push(performance.now() - startedAt);
        taken += rows.length;
        await table.settle(
          rows.map((row) => `${row.id}:${row.delivery_count}`),
          [],
        );
      }
    };
    const plan = async (): Promise<Plan> => {
      await table.put([toRow(queued('q', 'probe'), 0)]);
      const explained = await explain(
        database,
        messages.claim({ queue: 'q', limit: CLAIM, owner }).next().value as Statement,
      );
      const { rows } = await table.collect({ queues: ['q'], max: CLAIM, nowMs: Date.now() });
      await table.settle(
        rows.map((row) => `${row.id}:${row.delivery_count}`),
        [],
      );
      return explained;
    };
    for (let passed = 0; passed < MESSAGES / 10; passed += BATCH) await passBatch(passed);
    const before = await plan();
    const [p99Before] = [percentile(waits.splice(0), 0.99)];
    for (let passed = MESSAGES / 10; passed < MESSAGES; passed += BATCH) await passBatch(passed);
    const p99After = percentile(waits.slice(-MESSAGES / 10 / CLAIM), 0.99);
    // The mark follows a quarter of a second behind, to where it was looked at last: on a fast machine that is far behind.
    for (let pass = 0; pass < 3; pass++) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      await passBatch(MESSAGES + pass * BATCH);
    }
    const after = await plan();
    const everything = await explain(
      database,
      new PostgresMessages(database).claim({ queue: 'q', limit: CLAIM, owner }).next().value as Statement,
    );
    console.log(
      `B20: claim p99 ${p99Before.toFixed(1)} ms at the start, ${p99After.toFixed(1)} ms at the end; ` +
        `pages ${before.pages} and ${after.pages}, from the beginning of the line ${everything.pages}`,
    );
    expect(after.text).toContain('celeriac_message_ready');
    expect(after.text).not.toMatch(/"Seq Scan"[^}]*"celeriac_message"/);
    expect(everything.pages, 'the old transaction is in the way').toBeGreaterThan(2 * after.pages);
    expect(after.pages).toBeLessThanOrEqual(2 * before.pages);
    if (LONG) expect(p99After).toBeLessThanOrEqual(5 * p99Before);
    release.resolve();
    await holding;
    await database.close();
    await old.close();
  });

  test('the doctor names it, and how to end it', async () => {
    await using broker = await openStore(url);
    const old = new Client({ connectionString: url, application_name: 'forgotten "psql"' });
    await old.connect();
    await old.query('begin isolation level repeatable read');
    await old.query('select 1');
    const found = async () =>
      (await oldTransactions(broker.database, 0)).filter(({ problem }) => problem.includes('forgotten'));
    expect(await found()).toEqual([
      {
        problem: expect.stringMatching(
          /^A transaction of "forgotten "psql"" \(process \d+, idle in transaction\) is open for 0 s/,
        ),
        hint: expect.stringMatching(/pg_terminate_backend\(\d+\)/),
      },
    ]);
    expect(await oldTransactions(broker.database)).toEqual([]);
    await old.query('commit');
    expect(await found()).toEqual([]);
    await old.end();
  });

  test('what is put back in front, or committed late, is found although claims begin behind it', async () => {
    await using broker = await openStore(url);
    const { database } = broker;
    const messages = new PostgresMessages(database);
    const owner = { id: 9, leaseMs: 600_000 };
    const table = new ServerQueueTable(database, messages, owner, 5000);
    const collect = () => table.collect({ queues: ['late'], max: 10, nowMs: Date.now() });
    await table.put(['a', 'b'].map((body) => toRow(queued('late', body), 0)));
    const { rows: first } = await collect();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await table.put([toRow(queued('late', 'c'), 0)]);
    await collect();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await table.put([toRow(queued('late', 'd'), 0)]);
    await collect();
    await table.settle([], [`${first[0]!.id}:1`]);
    const found: number[] = [];
    const deadline = performance.now() + 10_000;
    while (found.length === 0 && performance.now() < deadline) {
      const { rows, againMs } = await collect();
      found.push(...rows.map((row) => row.id));
      if (rows.length === 0) await new Promise((resolve) => setTimeout(resolve, Math.min(againMs, 1000)));
    }
    expect(found).toEqual([first[0]!.id]);
  });

  test('every statement on messages has an index to go by', async () => {
    await using broker = await openStore(url);
    const { database, store } = broker;
    await store.put(Array.from({ length: 3000 }, (_, index) => queued(`other${index % 30}`, 'x')));
    await database.run([{ sql: 'analyze celeriac_message', parameters: [] }]);
    const { PostgresMessageStatements } = await import('./postgres-message-statements.ts');
    const statements = new PostgresMessageStatements(database.dialect);
    const held = { ids: [1], receipts: ['1:1'], owner: 1 };
    const queues = ['other1'];
    const all = [
      statements.look.with({ queues, now: 0 }),
      statements.release.with({ queues, now: 1, limit: 10 }),
      statements.ack.with(held),
      statements.requeue.with(held),
      statements.held.with(held),
      statements.putBack.with({ owners: [1] }),
      statements.size.with({ queue: 'other1' }),
      statements.dropSome.with({ queue: 'other1', limit: 10 }),
    ];
    for (const statement of all) {
      const { text } = await explain(database, statement as Statement, ['set local enable_seqscan = off']);
      expect(text, statement.sql).not.toMatch(/"Seq Scan"[^}]*"celeriac_message"/);
    }
  });
});

/** Keeps a snapshot until told otherwise. */
async function holdSnapshot(database: SqlDatabase, until: Promise<void>): Promise<void> {
  const client = new Client({ connectionString: database.url.replace(':**@', ':celeriac@') });
  client.on('error', () => {});
  await client.connect();
  await client.query('begin isolation level repeatable read');
  await client.query('select count(*) from celeriac_message');
  await until;
  await client.end();
}

class Undo extends Error {}

/** @param settings - for this statement: a small table may be read as a whole where the planner may choose */
async function explain(
  database: SqlDatabase,
  { sql, parameters }: Statement,
  settings: readonly string[] = [],
): Promise<Plan> {
  let text = '';
  let pages = 0;
  let ms = 0;
  const run = database.transaction(function* () {
    for (const setting of settings) yield { sql: setting, parameters: [] };
    const { rows } = yield { sql: `explain (analyze, buffers, format json) ${sql}`, parameters };
    const [plan] = (rows[0] as { 'QUERY PLAN': [Record<string, unknown>] })['QUERY PLAN'];
    const root = plan['Plan'] as Record<string, number>;
    text = JSON.stringify(plan);
    pages = (root['Shared Hit Blocks'] ?? 0) + (root['Shared Read Blocks'] ?? 0);
    ms = Number(plan['Execution Time']);
    throw new Undo();
  });
  await run.catch((error: unknown) => {
    if (!(error instanceof Undo)) throw error;
  });
  return { text, pages, ms };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
