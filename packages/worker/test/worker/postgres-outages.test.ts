import { Celeriac } from '@celeriac/core';
import { silentLogger } from '@celeriac/protocol';
import { usePrivateService } from '@celeriac/tooling/services';
import { Worker } from '@celeriac/worker';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { until } from './stage.ts';

const LONG = process.env['CELERIAC_LONG'] === '1';
const CONCURRENCY = 4;
const RESUME_MS = LONG ? 3000 : 8000;

const server = await usePrivateService('postgres', { durable: true });

/** A worker and a sender of 50 tasks a second in one process, and what became of the tasks. */
class Load {
  readonly runs: string[] = [];
  readonly accepted: string[] = [];
  readonly refused: unknown[] = [];
  readonly app: Celeriac;
  readonly #underWay: Set<Promise<void>> = new Set();
  #timer: NodeJS.Timeout | undefined;
  #sent = 0;

  constructor(url: string) {
    this.app = new Celeriac('outage', {
      brokerUrl: url,
      resultBackend: url,
      taskAcksLate: true,
      logger: silentLogger,
      configFile: false,
      environment: {},
    });
    this.app.task('outage.mark', async (id: string) => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      this.runs.push(id);
      return id;
    });
  }

  async start(): Promise<void> {
    const worker = new Worker(this.app, { pool: 'async', concurrency: CONCURRENCY });
    onTestFinished(async () => {
      clearInterval(this.#timer);
      await worker.stop(2000);
      await this.app.close();
    });
    await worker.start(AbortSignal.timeout(20_000));
    this.#timer = setInterval(() => this.#send(), 20);
  }

  /** Sends no more; resolves when everything that was accepted has a result. */
  async finish(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
    await until(() => this.accepted.every((id) => this.runs.includes(id)), 'everything accepted ran', 60_000);
  }

  get repeated(): number {
    return this.runs.length - new Set(this.runs).size;
  }

  get lost(): number {
    return this.accepted.filter((id) => !this.runs.includes(id)).length;
  }

  #send(): void {
    const id = `t${this.#sent++}`;
    const sent = this.app.sendTask('outage.mark', [id]).then(
      () => void this.accepted.push(id),
      (error: unknown) => void this.refused.push(error),
    );
    this.#underWay.add(sent);
  }
}

describe.skipIf(server.skipped !== undefined)('B19: PostgreSQL under load', () => {
  const url = server.skipped === undefined ? server.url : '';
  afterAll(async () => {
    if (server.skipped === undefined) await server.stop();
  });

  test('a restart without a shutdown loses nothing that was accepted, and work goes on soon', {
    timeout: 120_000,
  }, async () => {
    if (server.skipped !== undefined) return;
    const load = new Load(url);
    await load.start();
    await until(() => load.runs.length > 20, 'tasks run', 30_000);
    await server.kill('SIGQUIT');
    await server.restart();
    const [upAt, before] = [performance.now(), load.runs.length];
    await until(() => load.runs.length > before, 'tasks run again', 30_000);
    const resumeMs = performance.now() - upAt;
    await until(() => load.runs.length > before + 50, 'many tasks ran since', 60_000);
    await load.finish();
    console.log(
      `B19 restart: ${load.accepted.length} accepted, ${load.refused.length} refused, lost ${load.lost}, ` +
        `repeated ${load.repeated}, resumed after ${Math.round(resumeMs)} ms`,
    );
    expect(load.lost).toBe(0);
    expect(load.repeated).toBeLessThanOrEqual(2 * CONCURRENCY);
    expect(resumeMs).toBeLessThan(RESUME_MS);
  });

  test('connections that are ended every two seconds cost repetitions at most', { timeout: 180_000 }, async () => {
    if (server.skipped !== undefined) return;
    const load = new Load(url);
    await load.start();
    await until(() => load.runs.length > 20, 'tasks run', 30_000);
    const rounds = LONG ? 10 : 2;
    for (let round = 0; round < rounds; round++) {
      await server.exec(
        '-c',
        `select count(pg_terminate_backend(pid)) from pg_stat_activity
         where application_name = 'celeriac' and pid <> pg_backend_pid()`,
      );
      const before = load.runs.length;
      await new Promise((resolve) => setTimeout(resolve, 2000));
      await until(() => load.runs.length > before, 'tasks run again', 30_000);
    }
    await load.finish();
    const listening = await server.exec(
      '-t',
      '-c',
      `select count(*) from pg_stat_activity where query ilike 'listen celeriac_message%'`,
    );
    console.log(
      `B19 terminate, ${rounds} times: ${load.accepted.length} accepted, ${load.refused.length} refused, ` +
        `lost ${load.lost}, repeated ${load.repeated}`,
    );
    expect(load.lost).toBe(0);
    expect(load.repeated).toBeLessThanOrEqual(2 * CONCURRENCY * rounds);
    expect(Number(listening)).toBeGreaterThan(0);
  });
});
