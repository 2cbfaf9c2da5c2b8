import type { Binding, ExchangeDeclaration, OutgoingMessage, QueueDeclaration, Topology } from '@celeriac/transport';
import { ChannelError } from '@celeriac/transport';

/** Binary digits of a delay: it is at most 2^28 - 1 seconds, more than eight years. */
const DIGITS = 28;
const LONGEST_SECONDS = 2 ** DIGITS - 1;
const HIGHEST = DIGITS - 1;

/** Messages whose time has come leave the delay queues through this exchange. */
const DELAYED_DELIVERY_EXCHANGE = 'celery_delayed_delivery';

/** Exchange to exchange, which `Topology` does not know. */
export interface ExchangeBinding {
  readonly source: string;
  readonly destination: string;
  readonly routingKey: string;
}

/** What delays need at the broker. */
export interface DelayTopology {
  readonly topology: Topology;
  readonly exchangeBindings: readonly ExchangeBinding[];
}

/**
 * Celery's delay queues: level n keeps a message for 2^n seconds when digit n of its delay is 1, and hands it to the
 * next lower level.
 * @see kombu/transport/native_delayed_delivery.py
 */
export function delayTopology(queueType: 'quorum' | 'classic'): DelayTopology {
  const levels = Array.from({ length: DIGITS }, (_, index) => HIGHEST - index);
  const topology: Topology = {
    exchanges: [...levels.map(levelName), DELAYED_DELIVERY_EXCHANGE].map(topicExchange),
    queues: levels.map((level) => delayQueue(level, queueType)),
    bindings: levels.map((level) => keptAt(level)),
  };
  return { topology, exchangeBindings: levels.map(passedOnFrom) };
}

/**
 * How a delayed message finds its queue: through the default exchange by the name of the queue, through a topic exchange
 * by the key it was bound with.
 */
export function delayBindings(topology: Topology): {
  readonly bindings: readonly Binding[];
  readonly exchangeBindings: readonly ExchangeBinding[];
} {
  const bindings: Binding[] = (topology.queues ?? []).map(({ name }) => ({
    exchange: DELAYED_DELIVERY_EXCHANGE,
    queue: name,
    routingKey: `#.${name}`,
  }));
  const exchangeBindings: ExchangeBinding[] = [];
  const topics = new Set((topology.exchanges ?? []).filter(({ type }) => type === 'topic').map(({ name }) => name));
  for (const { exchange, queue, routingKey } of topology.bindings ?? []) {
    if (!topics.has(exchange)) continue;
    const key = routingKey.startsWith('#') ? routingKey : `#.${routingKey}`;
    exchangeBindings.push({ source: DELAYED_DELIVERY_EXCHANGE, destination: exchange, routingKey: key });
    bindings.push({ exchange, queue, routingKey: key });
  }
  return { bindings, exchangeBindings };
}

/**
 * The same message on its way through the delay queues; unchanged when its time has come. Delays are whole seconds,
 * rounded up, so that it never comes early.
 * @throws {ChannelError} for a time too far ahead
 */
export function delayedMessage(message: OutgoingMessage, nowMs: number): OutgoingMessage {
  const { deliverAt, ...rest } = message;
  if (deliverAt === undefined) return message;
  if (!Number.isFinite(deliverAt)) {
    throw new ChannelError('deliverAt', `must be a time in Unix milliseconds, got ${deliverAt}`);
  }
  const seconds = Math.ceil((deliverAt - nowMs) / 1000);
  if (seconds <= 0) return rest;
  if (seconds > LONGEST_SECONDS) {
    throw new ChannelError(
      'deliverAt',
      `is more than ${LONGEST_SECONDS} seconds ahead, the most that delay queues hold`,
    );
  }
  return { ...rest, exchange: levelName(HIGHEST), routingKey: delayRoutingKey(seconds, message.routingKey) };
}

/** @param seconds - 1 to 2^28 - 1 */
export function delayRoutingKey(seconds: number, routingKey: string): string {
  return `${[...seconds.toString(2).padStart(DIGITS, '0')].join('.')}.${routingKey}`;
}

function levelName(level: number): string {
  return `celery_delayed_${level}`;
}

function nextOf(level: number): string {
  return level === 0 ? DELAYED_DELIVERY_EXCHANGE : levelName(level - 1);
}

function topicExchange(name: string): ExchangeDeclaration {
  return { name, type: 'topic' };
}

function delayQueue(level: number, queueType: 'quorum' | 'classic'): QueueDeclaration {
  return {
    name: levelName(level),
    arguments: {
      'x-queue-type': queueType,
      'x-overflow': 'reject-publish',
      'x-message-ttl': 2 ** level * 1000,
      'x-dead-letter-exchange': nextOf(level),
      ...(queueType === 'quorum' && { 'x-dead-letter-strategy': 'at-least-once' }),
    },
  };
}

/** Digit 1: the message waits here. */
function keptAt(level: number): Binding {
  return { exchange: levelName(level), queue: levelName(level), routingKey: `${'*.'.repeat(HIGHEST - level)}1.#` };
}

/** Digit 0: the message passes. */
function passedOnFrom(level: number): ExchangeBinding {
  return {
    source: levelName(level),
    destination: nextOf(level),
    routingKey: `${'*.'.repeat(HIGHEST - level)}0.#`,
  };
}
