import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AsyncResult } from '@celeriac/core';
import { Worker } from '@celeriac/worker';
import { resultCounter } from './result-counter.ts';
import { type CallTimes, type Client, checkValues, nowMs, type Place, type WorkerSide } from './system.ts';

const CALL_MS = 30_000;
const READ_AT_ONCE = 500;
const FLOW_MS = 120_000;

export async function client(place: Place): Promise<Client> {
  const { app, noop, stamp, sum, increment, burn, hold } = await appAt(place);
  const results: AsyncResult<number>[] = [];
  const counted = await resultCounter(place.store);
  return {
    send: async (index, payload) => {
      results[index] = await (payload === '' ? noop.delay(index) : noop.delay(index, payload));
    },
    sendMany: async (from, count, payload) => {
      const calls = Array.from({ length: count }, (_, offset) =>
        payload === '' ? noop.delay(from + offset) : noop.delay(from + offset, payload),
      );
      for (const [offset, result] of (await Promise.all(calls)).entries()) results[from + offset] = result;
    },
    sendSpecial: async (kind, index, ms) => {
      if (kind === 'burn') results[index] = await burn.delay(index, ms);
      else if (kind === 'hold') results[index] = await hold.delay(index, ms);
      else results[index] = await noop.applyAsync([index], { countdown: ms / 1000 });
    },
    call: async (): Promise<CallTimes> => {
      const sentAt = nowMs();
      const startedAt = await (await stamp.delay()).get({ timeoutMs: CALL_MS });
      return { startMs: startedAt - sentAt, resultMs: nowMs() - sentAt };
    },
    flow: async (kind, size) => {
      const { chain, chord, group } = await import('@celeriac/canvas');
      const timeout = { timeoutMs: FLOW_MS };
      if (kind === 'chain') {
        const result = await chain(Array.from({ length: size }, () => increment.s())).delay(0);
        checkFlow(await result.get(timeout), size);
        return;
      }
      const members = Array.from({ length: size }, () => noop.s(1));
      if (kind === 'chord') checkFlow(await (await chord(members, sum.s()).delay()).get(timeout), size);
      else checkFlow((await (await group(members).delay()).get(timeout)).length, size);
    },
    stored: counted.count,
    verify: async (count) => {
      const values: number[] = [];
      for (let from = 0; from < count; from += READ_AT_ONCE) {
        const part = results.slice(from, Math.min(count, from + READ_AT_ONCE));
        values.push(...(await Promise.all(part.map((result) => result.get({ timeoutMs: CALL_MS })))));
      }
      results.length = 0;
      checkValues(values, count);
    },
    close: async () => {
      await counted.close();
      await app.close();
    },
  };
}

export async function worker(place: Place): Promise<WorkerSide> {
  const { app } = await appAt(place);
  let running: Worker | undefined;
  const pool = process.env['BENCH_POOL'] ?? 'async';
  return {
    start: async (concurrency) => {
      running = new Worker(app, {
        pool,
        concurrency,
        // As Celery's worker beside it: no talk between workers, which begins with a second of listening.
        withoutGossip: true,
        withoutMingle: true,
        withoutHeartbeat: true,
        appModule: fileURLToPath(new URL(`./celeriac-app${extname(import.meta.url)}`, import.meta.url)),
      } as ConstructorParameters<typeof Worker>[1]);
      await running.start(AbortSignal.timeout(30_000));
    },
    stop: async () => {
      await running?.stop(5_000);
    },
  };
}

function checkFlow(value: unknown, expected: number): void {
  if (value !== expected) throw new Error(`The workflow gave ${String(value)}, not ${expected}.`);
}

async function appAt(place: Place): Promise<typeof import('./celeriac-app.ts')> {
  process.env['CELERY_BROKER_URL'] = place.broker;
  process.env['CELERY_RESULT_BACKEND'] = place.store;
  return await import('./celeriac-app.ts');
}
