import { Redis } from 'ioredis';
import { resultCounter } from './result-counter.ts';
import { type CallTimes, type Client, checkValues, nowMs, type Place, type WorkerSide } from './system.ts';

const QUEUE = 'raw';
const RESULT = 'raw-result-';
const EXPIRES_SECONDS = 86_400;
const BATCH = 100;

interface Task {
  readonly id: number;
  readonly value: number;
  readonly stamp?: boolean;
}

/**
 * The floor: the commands that a task needs and nothing else. Send: LPUSH. Work: a plain loop that takes 100 with RPOP,
 * decodes, computes, and in one pipeline for all of them stores (SET EX), publishes (PUBLISH) and settles (ZREM of its
 * lease), then takes again. No routing, no retries, no leases that anybody renews.
 */
export async function client(place: Place): Promise<Client> {
  // Commands of one turn of the event loop go out in one write, as a program that cares for speed would set it.
  const redis = new Redis(place.broker, { enableAutoPipelining: true });
  const waiter = new Redis(place.broker);
  const counter = await resultCounter(place.store, `${RESULT}*`);
  return {
    send: (id, payload) =>
      redis.lpush(QUEUE, JSON.stringify(payload === '' ? { id, value: id } : { id, value: id, payload })),
    sendMany: (from, count, payload) =>
      redis.lpush(
        QUEUE,
        ...Array.from({ length: count }, (_, offset) =>
          JSON.stringify({ id: from + offset, value: from + offset, payload }),
        ),
      ),
    call: async (id): Promise<CallTimes> => {
      const channel = RESULT + id;
      await waiter.subscribe(channel);
      const result = new Promise<string>((resolve) => waiter.once('message', (_channel, text) => resolve(text)));
      const sentAt = nowMs();
      await redis.lpush(QUEUE, JSON.stringify({ id, value: id, stamp: true }));
      const startedAt = (JSON.parse(await result) as { result: number }).result;
      const times = { startMs: startedAt - sentAt, resultMs: nowMs() - sentAt };
      await waiter.unsubscribe(channel);
      return times;
    },
    stored: counter.count,
    verify: async (count) => {
      const texts = await redis.mget(Array.from({ length: count }, (_, id) => RESULT + id));
      checkValues(
        texts.map((text) => (text === null ? undefined : (JSON.parse(text) as { result: unknown }).result)),
        count,
      );
    },
    close: async () => {
      await counter.close();
      await Promise.all([redis.quit(), waiter.quit()]);
    },
  };
}

export async function worker(place: Place): Promise<WorkerSide> {
  let redis: Redis | undefined;
  let looping: Promise<void> | undefined;
  let stopping = false;
  return {
    start: async () => {
      redis = new Redis(place.broker);
      stopping = false;
      looping = loop(redis, () => stopping);
      await Promise.resolve();
    },
    stop: async () => {
      stopping = true;
      await looping;
      redis?.disconnect();
    },
  };
}

async function loop(redis: Redis, isStopping: () => boolean): Promise<void> {
  while (!isStopping()) {
    let texts = await redis.rpop(QUEUE, BATCH);
    if (texts === null) {
      const next = await redis.brpop(QUEUE, 0.2);
      if (next === null) continue;
      texts = [next[1]];
    }
    const pipeline = redis.pipeline();
    for (const text of texts) {
      const task = JSON.parse(text) as Task;
      const result = JSON.stringify({
        status: 'SUCCESS',
        result: task.stamp === true ? nowMs() : task.value,
        id: task.id,
      });
      pipeline.set(RESULT + task.id, result, 'EX', EXPIRES_SECONDS);
      pipeline.publish(RESULT + task.id, result);
      pipeline.zrem('raw-held', String(task.id));
    }
    await pipeline.exec();
  }
}
