import { type ConfirmChannel, connect } from 'amqplib';
import { Redis } from 'ioredis';
import { resultCounter } from './result-counter.ts';
import { type Client, checkValues, type Place, type WorkerSide } from './system.ts';

const QUEUE = 'raw';
const RESULT = 'raw-result-';
const EXPIRES_SECONDS = 86_400;

/**
 * The floor on RabbitMQ. Send: a persistent message on a confirm channel, each confirmed. Work: consume with a prefetch of
 * four times the concurrency, decode, compute, store and publish the results of one turn in one pipeline, then acknowledge
 * each.
 */
export async function client(place: Place): Promise<Client> {
  const connection = await connect(place.broker);
  const channel: ConfirmChannel = await connection.createConfirmChannel();
  await channel.assertQueue(QUEUE, { durable: true });
  const redis = new Redis(place.store);
  const counter = await resultCounter(place.store, `${RESULT}*`);
  const send: Client['send'] = (id, payload) =>
    new Promise((resolve, reject) => {
      const body = Buffer.from(JSON.stringify(payload === '' ? { id, value: id } : { id, value: id, payload }));
      channel.sendToQueue(QUEUE, body, { persistent: true }, (error: unknown) =>
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
      const texts = await redis.mget(Array.from({ length: count }, (_, id) => RESULT + id));
      checkValues(
        texts.map((text) => (text === null ? undefined : (JSON.parse(text) as { result: unknown }).result)),
        count,
      );
    },
    close: async () => {
      await counter.close();
      await connection.close();
      await redis.quit();
    },
  };
}

export async function worker(place: Place): Promise<WorkerSide> {
  let stop: (() => Promise<void>) | undefined;
  return {
    start: async (concurrency) => {
      const connection = await connect(place.broker);
      const channel = await connection.createChannel();
      await channel.assertQueue(QUEUE, { durable: true });
      await channel.prefetch(concurrency * 4);
      const redis = new Redis(place.store, { enableAutoPipelining: true });
      await channel.consume(QUEUE, async (message) => {
        if (message === null) return;
        const { id, value } = JSON.parse(message.content.toString()) as { id: number; value: number };
        const result = JSON.stringify({ status: 'SUCCESS', result: value, id });
        await Promise.all([redis.set(RESULT + id, result, 'EX', EXPIRES_SECONDS), redis.publish(RESULT + id, result)]);
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
  };
}
