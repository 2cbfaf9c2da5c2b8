import { Redis } from 'ioredis';
import { resultCounter } from '../result-counter.ts';
import { type CallTimes, checkValues, nowMs, type SystemModule } from '../system.ts';
import type { FloorTask } from './floor-task.ts';

const EXPIRES_SECONDS = 86_400;
const BATCH = 100;

/** What stands for a task in its list, and for its result. */
export interface RedisWire {
  readonly queue: string;
  /** Before a task's id: the key and the channel of its result. */
  readonly result: string;
  idOf(index: number): string;
  encode(task: FloorTask): string;
  decode(text: string): TakenTask;
  encodeResult(id: string, value: number): string;
  /** The value in a result. */
  valueOf(text: string): unknown;
}

/** A task, and the name under which Redis would have it as held. */
export interface TakenTask extends FloorTask {
  readonly receipt: string;
}

/**
 * The floor on Redis: the commands that a task needs and nothing else. Send: LPUSH. Work: a plain loop that takes 100 with
 * RPOP, decodes, computes, and in one pipeline for all of them stores (SET EX), publishes (PUBLISH) and settles (ZREM,
 * HDEL), then takes again. No routing, no retries, no leases: what was taken is lost when the process dies.
 */
export function redisFloor(wire: RedisWire): SystemModule {
  return {
    client: async (place) => {
      // Commands of one turn of the event loop go out in one write, as a program that cares for speed would set it.
      const redis = new Redis(place.broker, { enableAutoPipelining: true });
      const waiter = new Redis(place.broker);
      const counter = await resultCounter(place.store, `${wire.result}*`);
      const ids: string[] = [];
      const encode = (value: number, payload: string, isStamp = false): string => {
        const id = wire.idOf(value);
        ids[value] = id;
        return wire.encode({ id, value, payload, isStamp });
      };
      return {
        send: (index, payload) => redis.lpush(wire.queue, encode(index, payload)),
        sendMany: (from, count, payload) =>
          redis.lpush(wire.queue, ...Array.from({ length: count }, (_, offset) => encode(from + offset, payload))),
        call: async (index): Promise<CallTimes> => {
          const text = encode(index, '', true);
          const channel = wire.result + ids[index];
          await waiter.subscribe(channel);
          const result = new Promise<string>((resolve) => waiter.once('message', (_channel, news) => resolve(news)));
          const sentAt = nowMs();
          await redis.lpush(wire.queue, text);
          const startedAt = wire.valueOf(await result) as number;
          const times = { startMs: startedAt - sentAt, resultMs: nowMs() - sentAt };
          await waiter.unsubscribe(channel);
          return times;
        },
        stored: counter.count,
        verify: async (count) => {
          const texts = await redis.mget(ids.slice(0, count).map((id) => wire.result + id));
          checkValues(
            texts.map((text) => (text === null ? undefined : wire.valueOf(text))),
            count,
          );
        },
        close: async () => {
          await counter.close();
          await Promise.all([redis.quit(), waiter.quit()]);
        },
      };
    },
    worker: (place) => {
      let redis: Redis | undefined;
      let looping: Promise<void> | undefined;
      let stopping = false;
      return Promise.resolve({
        start: async () => {
          redis = new Redis(place.broker);
          stopping = false;
          looping = loop(redis, wire, () => stopping);
          await Promise.resolve();
        },
        stop: async () => {
          stopping = true;
          await looping;
          redis?.disconnect();
        },
      });
    },
  };
}

async function loop(redis: Redis, wire: RedisWire, isStopping: () => boolean): Promise<void> {
  while (!isStopping()) {
    let texts = await redis.rpop(wire.queue, BATCH);
    if (texts === null) {
      const next = await redis.brpop(wire.queue, 0.2);
      if (next === null) continue;
      texts = [next[1]];
    }
    const pipeline = redis.pipeline();
    const receipts: string[] = [];
    for (const text of texts) {
      const { id, value, isStamp, receipt } = wire.decode(text);
      const result = wire.encodeResult(id, isStamp ? nowMs() : value);
      pipeline.set(wire.result + id, result, 'EX', EXPIRES_SECONDS);
      pipeline.publish(wire.result + id, result);
      receipts.push(receipt);
    }
    pipeline.zrem('unacked_index', ...receipts);
    pipeline.hdel('unacked', ...receipts);
    await pipeline.exec();
  }
}
