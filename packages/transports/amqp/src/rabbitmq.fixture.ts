import { randomBytes } from 'node:crypto';
import { useService } from '@celeriac/tooling/services';
import type { Delivery, OutgoingMessage, Transport } from '@celeriac/transport';
import { type ChannelModel, connect } from 'amqplib';
import { type AmqpTransportOptions, amqpTransport } from './amqp-transport.ts';

const POLL_MS = 10;

/** The broker that tests share; they use names of their own. */
export const rabbitmq: Awaited<ReturnType<typeof useService>> = await useService('rabbitmq');

/** Its URL; empty where there is none and its tests are skipped. */
export const brokerUrl: string = rabbitmq.skipped === undefined ? rabbitmq.url : '';

/** A name that nothing else uses. */
export function freshName(label: string): string {
  return `${label}-${randomBytes(5).toString('hex')}`;
}

/** A connected transport that closes itself at the end of the block. */
export async function connected(options: Partial<AmqpTransportOptions> = {}): Promise<Transport & AsyncDisposable> {
  const transport = amqpTransport({ url: brokerUrl, ...options });
  await transport.connect();
  return Object.assign(transport, { [Symbol.asyncDispose]: () => transport.close() });
}

/** A bare connection of amqplib. */
export async function bareClient(url: string = brokerUrl): Promise<ChannelModel & AsyncDisposable> {
  const model = await connect(url);
  model.on('error', () => {});
  return Object.assign(model, { [Symbol.asyncDispose]: () => model.close().catch(() => {}) });
}

/** A text message to a queue. */
export function toQueue(queue: string, text: string, more: Partial<OutgoingMessage> = {}): OutgoingMessage {
  const message = {
    body: Buffer.from(text),
    contentType: 'text/plain',
    contentEncoding: 'utf-8',
    headers: {},
    properties: {},
  };
  return { exchange: '', routingKey: queue, message, ...more };
}

export function textOf(delivery: Delivery): string {
  return Buffer.from(delivery.message.body).toString();
}

/** Resolves when it holds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`Not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
