import type { Logger } from '@celeriac/protocol';
import { ChannelError, type ConsumeOptions, type Consumer, type Delivery } from '@celeriac/transport';
import type { ConsumeMessage } from 'amqplib';
import { AmqpDelivery } from './amqp-delivery.ts';
import { operationError } from './amqp-errors.ts';
import type { BrokerLink } from './broker-link.ts';
import { ConsumerChannel } from './consumer-channel.ts';
import { readMessage } from './message-reader.ts';

/** AMQP writes the window in 16 bits; beyond there is no limit, as in Celery. */
const LARGEST_PREFETCH = 0xffff;

/** What a consumer works with. */
export interface AmqpConsumerParts {
  readonly link: BrokerLink;
  readonly options: ConsumeOptions;
  /** Whether the broker counts deliveries of these queues. */
  readonly countsDeliveries: boolean;
  /** Whether the queue needs a window of its own: quorum queues share none. */
  readonly needsOwnWindow: (queue: string) => boolean;
  readonly logger: Logger;
  /** Called when nothing of it is left at the broker. */
  readonly onGone: (consumer: AmqpConsumer) => void;
}

/** A consumer on a channel of its own: what the broker has against it concerns no other one. */
export class AmqpConsumer implements Consumer {
  readonly #parts: AmqpConsumerParts;
  readonly #tags = new Map<string, string>();
  #channel: ConsumerChannel | undefined;
  #prefetch: number;
  #shared = true;
  #changes: Promise<void> = Promise.resolve();
  #arrived: Delivery[] = [];
  #started = false;
  #ended = false;
  #stopListening: (() => void) | undefined;

  private constructor(parts: AmqpConsumerParts) {
    this.#parts = parts;
    this.#prefetch = amqpPrefetch(parts.options.prefetch);
  }

  /** @throws {ChannelError} when a queue does not exist or may not be read */
  static async start(parts: AmqpConsumerParts): Promise<AmqpConsumer> {
    const consumer = new AmqpConsumer(parts);
    await consumer.#start();
    return consumer;
  }

  setPrefetch(count: number): void {
    this.#prefetch = amqpPrefetch(count);
    this.#change(async (channel) => {
      const isShared = ![...this.#tags.keys()].some(this.#parts.needsOwnWindow);
      await this.#setWindow(channel, isShared);
      // A channel that the broker closes tells `onLost`.
    }).catch(() => {});
  }

  async setQueues(queues: readonly string[]): Promise<void> {
    const wanted = new Set(queues);
    await this.#change(async (channel) => {
      const isShared = !queues.some(this.#parts.needsOwnWindow);
      if (isShared !== this.#shared) await this.#setWindow(channel, isShared);
      for (const [queue, tag] of this.#tags) if (!wanted.has(queue)) await this.#unsubscribe(channel, queue, tag);
      for (const queue of wanted) if (!this.#tags.has(queue)) await this.#subscribe(channel, queue);
    });
  }

  async stop(): Promise<void> {
    if (!this.#end()) return;
    const channel = this.#channel;
    if (channel?.alive !== true) return;
    await this.#changes.catch(() => {});
    try {
      for (const [queue, tag] of this.#tags) await this.#unsubscribe(channel, queue, tag);
      await channel.retire();
    } catch (error) {
      if (channel.alive) throw this.#errorOf(error, 'consumer');
    }
  }

  /** Resolves when the broker has seen every settlement made so far. */
  async settled(): Promise<void> {
    // A channel that goes meanwhile has put everything back.
    await this.#channel?.settled(this.#prefetch, this.#shared).catch(() => {});
  }

  /** The connection is about to be closed by us, which is no loss: takes no more, and sends off what was settled. */
  end(): void {
    this.#end();
    this.#channel?.flush();
  }

  async #start(): Promise<void> {
    const { link, options, needsOwnWindow } = this.#parts;
    // With one queue both are the same, but only its own window never hands out the next message before one that is given
    // back. The size of such a window is fixed.
    this.#shared = new Set(options.queues).size > 1 && !options.queues.some(needsOwnWindow);
    this.#stopListening = link.listen({ lost: (error) => this.#lost(error), blocked: () => {} });
    let subject = 'consumer';
    try {
      const channel = await ConsumerChannel.open(link, {
        delivered: (queue, message) => this.#delivered(queue, message),
        closed: (error) => this.#lost(this.#errorOf(error, subject)),
        gone: () => this.#parts.onGone(this),
      });
      this.#channel = channel;
      if (this.#prefetch > 0) await channel.prefetch(this.#prefetch, this.#shared);
      for (const queue of new Set(options.queues)) {
        subject = `queue "${queue}"`;
        await this.#subscribe(channel, queue);
      }
      this.#started = true;
      subject = `consumer of ${options.queues.map((queue) => `"${queue}"`).join(', ')}`;
    } catch (error) {
      this.#end();
      await this.#channel?.close();
      throw this.#errorOf(error, subject);
    }
  }

  async #subscribe(channel: ConsumerChannel, queue: string): Promise<void> {
    this.#tags.set(queue, '');
    this.#tags.set(queue, await channel.consume(queue, this.#parts.options.noAck === true));
  }

  async #unsubscribe(channel: ConsumerChannel, queue: string, tag: string): Promise<void> {
    this.#tags.delete(queue);
    await channel.cancel(tag);
  }

  /** One window for the channel, or one for each subscription, which is given to it when it begins. */
  async #setWindow(channel: ConsumerChannel, isShared: boolean): Promise<void> {
    const wasShared = this.#shared;
    this.#shared = isShared;
    // In this order: the window of subscriptions to come replaces that of the channel.
    if (isShared !== wasShared) await channel.prefetch(0, wasShared);
    await channel.prefetch(this.#prefetch, isShared);
    if (isShared && wasShared) return;
    for (const [queue, tag] of [...this.#tags]) {
      await channel.cancel(tag);
      await this.#subscribe(channel, queue);
    }
  }

  #change(make: (channel: ConsumerChannel) => Promise<void>): Promise<void> {
    const change = this.#changes.then(async () => {
      const channel = this.#channel;
      if (this.#ended || channel === undefined) return;
      try {
        await channel.change(() => make(channel));
      } catch (error) {
        throw this.#errorOf(error, 'consumer');
      }
    });
    // The next change is not the place to hear of it.
    this.#changes = change.catch(() => {});
    return change;
  }

  #delivered(queue: string, message: ConsumeMessage | undefined): void {
    if (message === undefined) return void this.#cancelled(queue);
    const delivery = this.#delivery(queue, message);
    if (this.#ended || !this.#tags.has(queue)) return void this.#giveBack(delivery);
    if (this.#arrived.push(delivery) === 1) queueMicrotask(this.#handOver);
  }

  #delivery(queue: string, received: ConsumeMessage): AmqpDelivery {
    const { fields } = received;
    const { countsDeliveries, options, logger } = this.#parts;
    const { message, unreadable } = readMessage(received);
    if (unreadable !== undefined)
      logger.warning(`A message of queue "${queue}" arrives without headers: ${unreadable.message}`);
    const parts = {
      message,
      queue,
      exchange: fields.exchange,
      routingKey: fields.routingKey,
      redelivered: fields.redelivered,
      deliveryCount: countsDeliveries ? deliveryCountOf(message.headers['x-delivery-count']) : undefined,
      tag: fields.deliveryTag,
    };
    return new AmqpDelivery(parts, this.#channel!, options.noAck === true);
  }

  readonly #handOver = (): void => {
    const arrived = this.#arrived;
    this.#arrived = [];
    if (arrived.length === 0) return;
    if (this.#ended) for (const delivery of arrived) this.#giveBack(delivery);
    else this.#parts.options.onDeliveries(arrived);
  };

  /** Came after nobody wanted it any more. */
  #giveBack(delivery: Delivery): void {
    if (delivery.held) void delivery.settle('requeue');
  }

  /** Deleting a queue ends its subscriptions. What came from the other queues stays held. */
  #cancelled(queue: string): void {
    if (!this.#tags.delete(queue)) return;
    const error = new ChannelError(`queue "${queue}"`, 'the broker has ended the subscription: the queue was deleted');
    const channel = this.#channel;
    if (!this.#end()) return;
    void this.#leave(channel!);
    this.#parts.options.onLost(error);
  }

  /** Ends the other subscriptions; a channel that goes meanwhile has ended them. */
  async #leave(channel: ConsumerChannel): Promise<void> {
    try {
      for (const [queue, tag] of this.#tags) await this.#unsubscribe(channel, queue, tag);
      await channel.retire();
    } catch (error) {
      this.#parts.logger.debug('A consumer could not be stopped', { error });
    }
  }

  #lost(error: Error): void {
    // Before it has started, the caller of `consume` hears of it.
    if (this.#end() && this.#started) this.#parts.options.onLost(error);
  }

  /** @returns false when it had ended before */
  #end(): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    this.#stopListening?.();
    return true;
  }

  #errorOf(error: unknown, subject: string): Error {
    const { link } = this.#parts;
    return operationError(link.url, subject, error, link.alive);
  }
}

/** @throws {RangeError} for a count that is no whole number from 0 up */
function amqpPrefetch(count: number): number {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(`prefetch must be a whole number from 0 (no limit) up, got ${count}`);
  }
  return count > LARGEST_PREFETCH ? 0 : count;
}

/** Quorum queues say how often a message came back. */
function deliveryCountOf(returns: unknown): number {
  return typeof returns === 'number' && returns > 0 ? returns + 1 : 1;
}
