import assert from 'node:assert/strict';
import type { RawMessage } from '@celeriac/protocol';
import type { Delivery, OutgoingMessage, PublishOutcome, Transport } from '@celeriac/transport';

/** A plain text message. */
export function textMessage(text: string, more: Partial<RawMessage> = {}): RawMessage {
  return {
    body: Buffer.from(text, 'utf8'),
    contentType: 'text/plain',
    contentEncoding: 'utf-8',
    headers: {},
    properties: {},
    ...more,
  };
}

/** A message to one queue, through the default exchange. */
export function toQueue(
  queue: string,
  message: RawMessage | string,
  more: Partial<OutgoingMessage> = {},
): OutgoingMessage {
  return {
    exchange: '',
    routingKey: queue,
    message: typeof message === 'string' ? textMessage(message) : message,
    ...more,
  };
}

/** The body as text. */
export function textOf(delivery: Delivery): string {
  return Buffer.from(delivery.message.body).toString('utf8');
}

/** `count` texts: `m0`, `m1`, … */
export function texts(count: number, prefix = 'm'): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

/** Publishes, and insists that every message was accepted. */
export async function publishAll(client: Transport, messages: readonly OutgoingMessage[]): Promise<void> {
  const outcomes = await client.publish(messages);
  assertAccepted(outcomes, messages.length);
}

/** Publishes texts to one queue as one batch. */
export async function publishTexts(client: Transport, queue: string, bodies: readonly string[]): Promise<void> {
  await publishAll(
    client,
    bodies.map((body) => toQueue(queue, body)),
  );
}

/** Insists on `count` outcomes without an error. */
export function assertAccepted(outcomes: readonly PublishOutcome[], count: number): void {
  assert.equal(outcomes.length, count, 'there is one outcome per message');
  for (const [index, outcome] of outcomes.entries()) assert.equal(outcome, undefined, `message ${index} was accepted`);
}

/** Makes fresh queues exist. */
export async function declareQueues(client: Transport, ...queues: readonly string[]): Promise<void> {
  await client.declare({ queues: queues.map((name) => ({ name })) });
}
