import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Fleet } from './fleet.ts';
import { sendMarks } from './marks.ts';

const LONG = process.env['CELERIAC_LONG'] === '1';
/** A fleet that ends with its test. */
async function newFleet(transportOptions: object = {}): Promise<Fleet> {
  const fleet = await Fleet.create({ transportOptions });
  onTestFinished(() => fleet.end());
  return fleet;
}

describe('processes that share one SQLite file', () => {
  const tasks = LONG ? 20_000 : 2_000;

  test(`B21: four send ${tasks} tasks and four work: none lost, none doubled, nobody meets SQLITE_BUSY`, {
    timeout: 180_000,
  }, async () => {
    const shared = await newFleet();
    await Promise.all(Array.from({ length: 4 }, () => shared.worker()));
    const share = tasks / 4;
    const reports = await Promise.all(Array.from({ length: 4 }, (_, index) => shared.sender(index * share, share)));
    expect(reports).toEqual(Array.from({ length: 4 }, () => ({ accepted: share, wrong: [] })));
    const runs = await shared.runs();
    expect({ runs: runs.length, distinct: new Set(runs).size }).toEqual({ runs: tasks, distinct: tasks });
    expect(shared.output).not.toMatch(/SQLITE_|database is locked|unhandled/i);
  });

  test('A7: a task that blocks the event loop for longer than the lease keeps its message', {
    timeout: 180_000,
  }, async () => {
    const leaseMs = LONG ? 30_000 : 4_000;
    const shared = await newFleet(LONG ? {} : { leaseMs });
    await Promise.all([shared.worker(1), shared.worker(1)]);
    const app = shared.client();
    try {
      const result = await app.sendTask<string>('fleet.block', [shared.ledger, LONG ? 90_000 : leaseMs * 3]);
      expect(await result.get({ timeoutMs: 150_000 })).toBe('done');
      const ledger = await readFile(shared.ledger, 'utf8');
      expect(ledger.match(/start/g)).toHaveLength(1);
      expect(ledger.match(/end/g)).toHaveLength(1);
    } finally {
      await app.close();
    }
  });

  test('one task at a time: nobody waits for the next look by the clock', { timeout: 60_000 }, async () => {
    const shared = await newFleet();
    await shared.worker();
    const { app, results } = await sendMarks(shared, 1, 0);
    try {
      await Promise.all(results.map((result) => result.get({ timeoutMs: 30_000 })));
      const waits: number[] = [];
      for (let round = 0; round < 100; round++) {
        const startedAt = performance.now();
        const result = await app.sendTask<number>('fleet.mark', [round, shared.ledger, 0]);
        await result.get({ timeoutMs: 30_000 });
        waits.push(performance.now() - startedAt);
      }
      waits.sort((a, b) => a - b);
      // Nine in ten: a busy machine may hold up some.
      expect(waits[90]).toBeLessThan(300);
    } finally {
      await app.close();
    }
  });

  test('a stranger that opens and closes the file takes nothing away from a worker', { timeout: 60_000 }, async () => {
    const shared = await newFleet();
    await shared.worker();
    const { app, results } = await sendMarks(shared, 1, 0);
    try {
      await Promise.all(results.map((result) => result.get({ timeoutMs: 30_000 })));
      await app.close();
      const visit =
        'const D = require("better-sqlite3"); const d = new D(process.argv[1]); d.prepare("select 1 from sqlite_master").get(); d.close()';
      const here = fileURLToPath(new URL('.', import.meta.url));
      execFileSync(process.execPath, ['-e', visit, shared.place.brokerUrl.replace('sqlite:///', '')], { cwd: here });
      const again = await app.sendTask<number>('fleet.mark', [2, shared.ledger, 0]);
      expect(await again.get({ timeoutMs: 20_000 })).toBe(2);
    } finally {
      await app.close();
    }
  });
});
