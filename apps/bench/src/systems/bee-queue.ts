import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { type CallTimes, type Client, checkValues, nowMs, type Place, type WorkerSide } from './system.ts';

// Its types ask for those of a redis client that is not installed, so what is used here is written out.
interface Job {
  readonly data: { readonly value: number; readonly stamp?: boolean; readonly holdMs?: number };
  setId(id: string): Job;
  delayUntil(unixMs: number): Job;
  save(): Promise<Job>;
}
interface BeeQueue {
  ready(): Promise<unknown>;
  on(event: 'job succeeded', listener: (id: string, result: unknown) => void): void;
  createJob(data: object): Job;
  saveAll(jobs: Job[]): Promise<Map<Job, Error>>;
  process(concurrency: number, handler: (job: Job) => Promise<unknown>): void;
  checkHealth(): Promise<{ succeeded: number }>;
  close(timeoutMs: number): Promise<void>;
}
const BeeQueueClass = createRequire(import.meta.url)('bee-queue') as new (name: string, settings: object) => BeeQueue;

const QUEUE = 'bench';
const READ_AT_ONCE = 1000;

export async function client(place: Place): Promise<Client> {
  // As its documentation says for a producer: no worker, no events, and jobs that are not remembered.
  const sender = new BeeQueueClass(QUEUE, { redis: place.broker, isWorker: false, getEvents: false, storeJobs: false });
  await sender.ready();
  let caller: BeeQueue | undefined;
  let called = 0;
  const calls = new Map<string, (result: unknown) => void>();
  return {
    send: (value, payload) => sender.createJob(payload === '' ? { value } : { value, payload }).save(),
    sendMany: async (from, count, payload) => {
      const jobs = Array.from({ length: count }, (_, offset) => sender.createJob({ value: from + offset, payload }));
      const errors = await sender.saveAll(jobs);
      for (const error of errors.values()) throw error;
    },
    sendSpecial: (kind, value, ms) => {
      const job = sender.createJob(kind === 'hold' ? { value, holdMs: ms } : { value });
      return (kind === 'later' ? job.delayUntil(Date.now() + ms) : job).save();
    },
    call: async (value): Promise<CallTimes> => {
      if (caller === undefined) {
        caller = new BeeQueueClass(QUEUE, { redis: place.broker, isWorker: false, storeJobs: false });
        // The events of a job are lost when it is done before its save is confirmed, which comes over another connection.
        caller.on('job succeeded', (id, result) => {
          calls.get(id)?.(result);
          calls.delete(id);
        });
        await caller.ready();
      }
      const id = `call-${++called}`;
      const job = caller.createJob({ value, stamp: true }).setId(id);
      const done = new Promise<unknown>((resolve) => calls.set(id, resolve));
      const sentAt = nowMs();
      await job.save();
      const startedAt = (await done) as number;
      return { startMs: startedAt - sentAt, resultMs: nowMs() - sentAt };
    },
    stored: async () => (await sender.checkHealth()).succeeded,
    verify: async (count) => {
      // It publishes what a job returned and keeps only that the job succeeded. Its own call does not take so many.
      const redis = new Redis(place.broker);
      const ids = await redis.smembers(`bq:${QUEUE}:succeeded`);
      const texts: (string | null)[] = [];
      for (let from = 0; from < ids.length; from += READ_AT_ONCE) {
        texts.push(...(await redis.hmget(`bq:${QUEUE}:jobs`, ...ids.slice(from, from + READ_AT_ONCE))));
      }
      redis.disconnect();
      checkValues(
        texts.map((text) => (text === null ? undefined : (JSON.parse(text) as Pick<Job, 'data'>).data.value)),
        count,
      );
    },
    close: async () => {
      await caller?.close(1000);
      await sender.close(1000);
    },
  };
}

export async function worker(place: Place): Promise<WorkerSide> {
  let running: BeeQueue | undefined;
  return {
    start: async (concurrency) => {
      running = new BeeQueueClass(QUEUE, { redis: place.broker, getEvents: false, storeJobs: false });
      await running.ready();
      running.process(concurrency, async ({ data }) => {
        if (data.holdMs !== undefined) await delay(data.holdMs);
        return data.stamp === true ? nowMs() : data.value;
      });
    },
    stop: async () => {
      await running?.close(5000);
    },
  };
}
