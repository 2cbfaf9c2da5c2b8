import { type ConfirmChannel, type ConsumeMessage, connect, type Options } from 'amqplib';
import { Redis } from 'ioredis';
import { resultCounter } from '../result-counter.ts';
import { type Client, checkValues, type SystemModule } from '../system.ts';
import type { FloorTask } from './floor-task.ts';

const EXPIRES_SECONDS = 86_400;

/** What a task is as a message, and its result as text. */
export interface AmqpWire {
  readonly queue: string;
  /** Before a task's id: the key and the channel of its result. */
  readonly result: string;
  idOf(index: number): string;
  content(task: FloorTask): string;
  options(task: FloorTask): Options.Publish;
  decode(message: ConsumeMessage): FloorTask;
  encodeResult(id: string, value: number): string;
  /** The value in a result. */
  valueOf(text: string): unknown;
}

/**
 * The floor on RabbitMQ. Send: a persistent message on a confirm channel, each confirmed. Work: consume with a prefetch of
 * four times the concurrency, decode, compute, store and publish the results of one turn in one pipeline, then acknowledge
 * each.
 */
export function amqpFloor(wire: AmqpWire): SystemModule {
  return {
    client: async (place) => {
      const connection = await connect(place.broker);
      const channel: ConfirmChannel = await connection.createConfirmChannel();
      await channel.assertQueue(wire.queue, { durable: true });
      const redis = new Redis(place.store);
      const counter = await resultCounter(place.store, `${wire.result}*`);
      const ids: string[] = [];
      const send: Client['send'] = (value, payload) =>
        new Promise((resolve, reject) => {
          const id = wire.idOf(value);
          ids[value] = id;
          const task = { id, value, payload, isStamp: false };
          channel.publish('', wire.queue, Buffer.from(wire.content(task)), wire.options(task), (error: unknown) =>
            error ? reject(error) : resolve(undefined),
          );
        });
      return {
        send,
        sendMany: (from, count, payload) =>
          Promise.all(Array.from({ length: count }, (_, offset) => send(from + offset, payload))),
        call: () => Promise.reject(new Error('No round trips here.')),
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
          await connection.close();
          await redis.quit();
        },
      };
    },
    worker: (place) => {
      let stop: (() => Promise<void>) | undefined;
      return Promise.resolve({
        start: async (concurrency) => {
          const connection = await connect(place.broker);
          const channel = await connection.createChannel();
          await channel.assertQueue(wire.queue, { durable: true });
          await channel.prefetch(concurrency * 4);
          const redis = new Redis(place.store, { enableAutoPipelining: true });
          await channel.consume(wire.queue, async (message) => {
            if (message === null) return;
            const { id, value } = wire.decode(message);
            const key = wire.result + id;
            const result = wire.encodeResult(id, value);
            await Promise.all([redis.set(key, result, 'EX', EXPIRES_SECONDS), redis.publish(key, result)]);
            channel.ack(message);
          });
          stop = async () => {
            await connection.close();
            redis.disconnect();
          };
        },
        stop: async () => {
          await stop?.();
        },
      });
    },
  };
}
