import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Celeriac } from '@celeriac/core';
import { usePrivateService } from '@celeriac/tooling/services';
import { Worker } from '@celeriac/worker';
import { describe, expect, type TestContext, test } from 'vitest';
import { runId } from '../entry/run-id.ts';
import type { BeatEvent } from './beat-event.ts';

const isLong = process.env['CELERIAC_LONG'] === '1';
const KILLS = 3;
const LEADS_MS = isLong ? 90_000 : 2500;
const LOCK_SECONDS = isLong ? 15 : 1.5;
/** From kill -9 until the next one leads. */
const TAKEOVER_MS = 30_000;
const CHILD = fileURLToPath(new URL('beat-child.fixture.ts', import.meta.url));

/** Beats in processes of their own; remembers what they told. */
class Beats {
  readonly events: (BeatEvent & { readonly pid: number })[] = [];
  readonly #place: readonly string[];
  readonly #children: Map<number, ChildProcess> = new Map();
  #leader: number | undefined;

  constructor(broker: string, store: string) {
    this.#place = [broker, store, String(LOCK_SECONDS)];
  }

  start(): void {
    const execArgv = ['--conditions=@celeriac/source'];
    const child = fork(CHILD, this.#place, { execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const pid = child.pid!;
    this.#children.set(pid, child);
    child.on('message', (event: BeatEvent) => {
      this.events.push({ ...event, pid });
      if (event.type === 'leading') this.#leader = pid;
    });
  }

  /** Resolves when another one leads than `than`. */
  async leader(than?: number): Promise<number> {
    const deadline = performance.now() + TAKEOVER_MS;
    for (;;) {
      const leader = this.#leader;
      if (leader !== undefined && leader !== than) return leader;
      if (performance.now() > deadline) throw new Error('nobody leads');
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  signal(pid: number, signal: NodeJS.Signals): void {
    this.#children.get(pid)?.kill(signal);
  }

  async kill(pid: number): Promise<void> {
    const child = this.#children.get(pid)!;
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    this.#children.delete(pid);
    await gone;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#children.keys()].map((pid) => this.kill(pid)));
  }
}

/** One entry per second with two beats; the leader is killed three times, and frozen once. */
async function scenario({ onTestFinished }: TestContext, broker: string, store: string): Promise<void> {
  const runs: { readonly entry: string; readonly id: string }[] = [];
  const app = new Celeriac('takeover', { broker, configFile: false, environment: {}, logLevel: 'error' });
  app.task('tick', { bind: true }, ({ request }, entry: string) => void runs.push({ entry, id: request.id }));
  const worker = new Worker(app, { pool: 'async', concurrency: 10 });
  const beats = new Beats(broker, store);
  onTestFinished(async () => {
    await beats.close();
    await worker.stop(5000);
    await app.close();
  });
  await worker.start(new AbortController().signal);
  beats.start();
  const takeovers: number[] = [];
  let leader = await beats.leader();
  beats.start();
  for (let kill = 0; kill < KILLS; kill++) {
    await new Promise((done) => setTimeout(done, LEADS_MS));
    const begun = performance.now();
    await beats.kill(leader);
    leader = await beats.leader(leader);
    takeovers.push(performance.now() - begun);
    beats.start();
  }
  // One that is held up and comes back finds that another one leads.
  await new Promise((done) => setTimeout(done, LEADS_MS / 2));
  const frozen = leader;
  beats.signal(frozen, 'SIGSTOP');
  const begun = performance.now();
  leader = await beats.leader(frozen);
  takeovers.push(performance.now() - begun);
  beats.signal(frozen, 'SIGCONT');
  await new Promise((done) => setTimeout(done, LEADS_MS));
  await beats.kill(leader);
  // What was sent has arrived when nothing more comes.
  for (let count = -1; count !== runs.length; ) {
    count = runs.length;
    await new Promise((done) => setTimeout(done, 500));
  }

  expect(Math.max(...takeovers)).toBeLessThan(TAKEOVER_MS);
  const sent = beats.events.filter((event) => event.type === 'sent');
  const idsOf = (entry: string): Map<string, number> => {
    const due = sent.filter((event) => event.entry === entry).map(({ dueMs }) => dueMs);
    const [first, last] = [Math.min(...due), Math.max(...due)];
    const ids = new Map<string, number>();
    for (let at = first; at <= last + 2000; at += 1000) ids.set(runId('takeover', entry, at), at);
    return ids;
  };
  let repeated = 0;
  const seconds = new Map<string, Set<number>>();
  for (const entry of ['all', 'once']) {
    const ids = idsOf(entry);
    const seen = new Set<number>();
    for (const run of runs.filter((one) => one.entry === entry)) {
      const dueMs = ids.get(run.id);
      // Every run is of a second, and has the one id of that second.
      expect(dueMs, `${entry} ${run.id}`).toBeDefined();
      if (seen.has(dueMs!)) repeated++;
      seen.add(dueMs!);
    }
    seconds.set(entry, seen);
  }
  // One that is killed between the broker's answer and its note of it leaves its successor to send the same id again.
  expect(repeated).toBeLessThanOrEqual(KILLS + 1);
  console.info(
    `takeovers ${takeovers.map((ms) => Math.round(ms)).join(', ')} ms; ${runs.length} runs, ${repeated} repeated ids`,
  );
  const all = [...seconds.get('all')!].toSorted((a, b) => a - b);
  expect(all.length).toBeGreaterThan((KILLS * LEADS_MS) / 1000);
  for (const [index, at] of all.slice(1).entries()) expect(at - all[index]!, 'a second was lost').toBe(1000);
  const once = [...seconds.get('once')!].toSorted((a, b) => a - b);
  const missed = once.slice(1).reduce((sum, at, index) => sum + (at - once[index]!) / 1000 - 1, 0);
  const windows = takeovers.reduce((sum, ms) => sum + Math.ceil(ms / 1000) + 1, 0);
  expect(missed).toBeLessThanOrEqual(windows + 2);
}

const longestMs = (LEADS_MS + TAKEOVER_MS) * (KILLS + 1) + 30_000;
const server = await usePrivateService('redis');

describe.concurrent('two beats, one entry per second, the leader killed three times', () => {
  test.skipIf(server.skipped !== undefined)('on Redis', { timeout: longestMs }, async (context) => {
    const url = server.skipped === undefined ? server.url : '';
    await scenario(context, url, url);
  });

  test('on SQLite', { timeout: longestMs }, async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'celeriac-takeover-'));
    context.onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    await scenario(context, `sqlite:///${join(folder, 'broker.db')}`, `sqlite:///${join(folder, 'beat.db')}`);
  });
});
