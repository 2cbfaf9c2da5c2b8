import { setTimeout as delay } from 'node:timers/promises';
import { type Job, Queue, QueueEvents, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { type CallTimes, type Client, checkValues, nowMs, type Place, type WorkerSide } from './system.ts';

const QUEUE = 'bench';

interface Task {
  readonly value: number;
  /** How long a job named `hold` waits. */
  readonly ms?: number;
  readonly payload?: string;
}

export async function client(place: Place): Promise<Client> {
  const connection = new Redis(place.broker, { maxRetriesPerRequest: null });
  const queue = new Queue<Task>(QUEUE, { connection });
  let events: QueueEvents | undefined;
  const task = (value: number, payload: string): Task => (payload === '' ? { value } : { value, payload });
  return {
    send: (index, payload) => queue.add('noop', task(index, payload)),
    sendMany: (from, count, payload) =>
      queue.addBulk(
        Array.from({ length: count }, (_, offset) => ({ name: 'noop', data: task(from + offset, payload) })),
      ),
    sendSpecial: (kind, value, ms) => {
      if (kind === 'burn') throw new Error('It runs in processes of its own only by a file of its own.');
      return kind === 'hold' ? queue.add('hold', { value, ms }) : queue.add('noop', { value }, { delay: ms });
    },
    call: async (index): Promise<CallTimes> => {
      if (events === undefined) {
        events = new QueueEvents(QUEUE, { connection: new Redis(place.broker, { maxRetriesPerRequest: null }) });
        await events.waitUntilReady();
      }
      const sentAt = nowMs();
      const job = await queue.add('stamp', { value: index });
      const startedAt = (await job.waitUntilFinished(events)) as number;
      return { startMs: startedAt - sentAt, resultMs: nowMs() - sentAt };
    },
    stored: () => queue.getCompletedCount(),
    verify: async (count) => {
      const jobs = await queue.getJobs(['completed'], 0, -1);
      checkValues(
        jobs.map((job) => job.returnvalue as unknown),
        count,
      );
    },
    close: async () => {
      await events?.close();
      await queue.close();
      await connection.quit();
    },
  };
}

export async function worker(place: Place): Promise<WorkerSide> {
  let running: Worker<Task> | undefined;
  let connection: Redis | undefined;
  return {
    start: async (concurrency) => {
      connection = new Redis(place.broker, { maxRetriesPerRequest: null });
      running = new Worker<Task>(QUEUE, handle, { connection, concurrency });
      await running.waitUntilReady();
    },
    stop: async () => {
      await running?.close();
      connection?.disconnect();
    },
  };
}

async function handle({ name, data }: Job<Task>): Promise<number> {
  if (name === 'hold') await delay(data.ms ?? 0);
  return name === 'stamp' ? nowMs() : data.value;
}
