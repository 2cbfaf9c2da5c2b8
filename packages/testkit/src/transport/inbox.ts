import assert from 'node:assert/strict';
import type { ConsumeOptions, Consumer, Delivery, SettleHow, Transport } from '@celeriac/transport';
import { NotInTimeError, until, within } from '../conformance/within.ts';
import { declareQueues, publishTexts, textOf } from './case-messages.ts';
import type { TransportHarness } from './transport-harness.ts';

/** What an {@link Inbox} asks of its consumer. */
export interface InboxOptions {
  /** Default 0: no limit. */
  readonly prefetch?: number;
  readonly noAck?: boolean;
  /** Called with every delivery as it arrives, such as to settle it at once. */
  readonly onDelivery?: (delivery: Delivery) => void;
}

/** A consumer that collects its deliveries, so that a case can wait for the next ones. */
export class Inbox {
  /** Everything that arrived, in order. */
  readonly arrived: Delivery[] = [];
  /** Errors that the consumer was lost with. */
  readonly losses: Error[] = [];
  readonly #waitMs: number;
  #read = 0;
  #consumer: Consumer | undefined;
  #wake: (() => void) | undefined;

  private constructor(waitMs: number) {
    this.#waitMs = waitMs;
  }

  /** Starts a consumer of `queues` on `client`. */
  static async open(
    harness: TransportHarness,
    client: Transport,
    queues: readonly string[],
    options: InboxOptions = {},
  ): Promise<Inbox> {
    const inbox = new Inbox(harness.waitMs);
    const consume: ConsumeOptions = {
      queues,
      prefetch: options.prefetch ?? 0,
      ...(options.noAck === undefined ? {} : { noAck: options.noAck }),
      onDeliveries: (deliveries) => inbox.#take(deliveries, options.onDelivery),
      onLost: (error) => void inbox.losses.push(error),
    };
    inbox.#consumer = await client.consume(consume);
    return inbox;
  }

  get consumer(): Consumer {
    assert(this.#consumer, 'the consumer has started');
    return this.#consumer;
  }

  /** Bodies of everything that arrived, as text, in order. */
  get texts(): string[] {
    return this.arrived.map(textOf);
  }

  /** The next delivery that was not asked for yet. */
  async next(timeoutMs?: number): Promise<Delivery> {
    const [delivery] = await this.take(1, timeoutMs);
    return delivery!;
  }

  /** The next `count` deliveries that were not asked for yet, in order of arrival. */
  async take(count: number, timeoutMs: number = this.#waitMs): Promise<readonly Delivery[]> {
    const end = this.#read + count;
    const deadline = performance.now() + timeoutMs;
    while (this.arrived.length < end) {
      const came = this.arrived.length - this.#read;
      const awaited = `${count} deliveries arrive (${came} did)`;
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw new NotInTimeError(awaited, timeoutMs);
      await this.#nextArrival(leftMs);
    }
    const taken = this.arrived.slice(this.#read, end);
    this.#read = end;
    return taken;
  }

  /** Resolves when `count` deliveries have arrived in all. */
  async total(count: number, timeoutMs: number = this.#waitMs): Promise<void> {
    await until(() => this.arrived.length >= count, timeoutMs, `${count} deliveries have arrived in all`);
  }

  #take(deliveries: readonly Delivery[], onDelivery: ((delivery: Delivery) => void) | undefined): void {
    for (const delivery of deliveries) {
      this.arrived.push(delivery);
      onDelivery?.(delivery);
    }
    this.#wake?.();
  }

  #nextArrival(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
  }
}

/** Settles a delivery; resolves to what `settle` resolves to. */
export function settle(harness: TransportHarness, delivery: Delivery, how: SettleHow): Promise<boolean> {
  return within(delivery.settle(how), harness.waitMs, `settle('${how}') is confirmed`);
}

/** Settles deliveries in one turn of the event loop, and insists that each was still held. */
export async function settleAll(
  harness: TransportHarness,
  deliveries: readonly Delivery[],
  how: SettleHow,
): Promise<void> {
  const held = await Promise.all(deliveries.map((delivery) => settle(harness, delivery, how)));
  assert.deepEqual(
    held,
    deliveries.map(() => true),
    `every settle('${how}') resolves to true`,
  );
}

/** Acknowledges every delivery as it arrives; `settled` tells how that went. */
export class AckingHandler {
  readonly #harness: TransportHarness;
  readonly #settlements: Promise<boolean>[] = [];

  constructor(harness: TransportHarness) {
    this.#harness = harness;
  }

  readonly onDelivery = (delivery: Delivery): void => {
    const settlement = settle(this.#harness, delivery, 'ack');
    // A case that has failed before does not ask any more.
    settlement.catch(() => {});
    this.#settlements.push(settlement);
  };

  /** What each settlement resolved to, in order. */
  settled(): Promise<boolean[]> {
    return Promise.all(this.#settlements);
  }
}

/**
 * Sends a message through the client and back: what its other consumers were about to take by then, they have taken.
 */
export async function roundTrip(harness: TransportHarness, client: Transport): Promise<void> {
  const queue = harness.name('round-trip');
  await declareQueues(client, queue);
  await publishTexts(client, queue, ['there and back']);
  const inbox = await Inbox.open(harness, client, [queue], { onDelivery: new AckingHandler(harness).onDelivery });
  await inbox.next();
  await inbox.consumer.stop();
}
