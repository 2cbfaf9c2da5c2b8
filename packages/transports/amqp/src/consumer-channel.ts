import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { MessageShelf } from '@celeriac/transport';
import type { Channel, ConsumeMessage } from 'amqplib';
import { AckWindow } from './ack-window.ts';
import type { AmqpDelivery, DeliveryChannel } from './amqp-delivery.ts';
import { channelNumber } from './amqplib-socket.ts';
import type { BrokerLink } from './broker-link.ts';
import { settleFrames } from './settle-frames.ts';

/** RabbitMQ answers questions about a queue before it deals with what was given back to it. */
const GIVE_BACK_MS = 25;

/** Whom a {@link ConsumerChannel} tells. */
export interface ChannelListener {
  /** A message, or undefined when the broker has ended the subscription. */
  delivered(queue: string, message: ConsumeMessage | undefined): void;
  /** The broker has closed the channel. Not called when the connection has gone. */
  closed(error: Error): void;
  /** The channel is no more, for whatever reason. */
  gone(): void;
}

/**
 * A channel for consuming. Settlements of one turn of the event loop are one write, made beside amqplib's own, which
 * waits for the next turn and would let the goodbye of a connection overtake them.
 */
export class ConsumerChannel implements DeliveryChannel {
  readonly label: string = randomUUID();
  readonly shelf: MessageShelf = new MessageShelf();
  readonly #channel: Channel;
  readonly #link: BrokerLink;
  readonly #listener: ChannelListener;
  readonly #number: number;
  readonly #window: AckWindow = new AckWindow();
  #alive = true;
  #due: AmqpDelivery[] = [];
  #told: PromiseWithResolvers<boolean> | undefined;
  #held = 0;
  #retired = false;
  #closing: Promise<void> | undefined;
  #gaveBack = false;
  /** Settlements wait for these: what is settled after the window has shrunk must not open the old one. */
  #changes = 0;

  private constructor(channel: Channel, link: BrokerLink, listener: ChannelListener) {
    this.#channel = channel;
    this.#link = link;
    this.#listener = listener;
    this.#number = channelNumber(channel);
    let reason: Error | undefined;
    channel.on('error', (error: Error) => {
      reason = error;
      this.#alive = false;
    });
    channel.on('close', () => {
      this.#alive = false;
      if (reason !== undefined) listener.closed(reason);
      listener.gone();
    });
  }

  static async open(link: BrokerLink, listener: ChannelListener): Promise<ConsumerChannel> {
    return new ConsumerChannel(await link.openChannel(), link, listener);
  }

  get alive(): boolean {
    return this.#alive && this.#link.alive;
  }

  /** @param shared - one window for all queues of the channel; else each has its own */
  async prefetch(count: number, shared: boolean): Promise<void> {
    await this.#channel.prefetch(count, shared);
  }

  /** Makes a change that comes before what is settled in the same turn of the event loop, and later. */
  async change(make: () => Promise<void>): Promise<void> {
    this.#changes++;
    try {
      await make();
    } finally {
      this.#changes--;
      if (this.#changes === 0) this.flush();
    }
  }

  /** @returns the consumer tag */
  async consume(queue: string, noAck: boolean): Promise<string> {
    const { consumerTag } = await this.#channel.consume(
      queue,
      (message) => {
        if (message !== null && !noAck) this.#held++;
        this.#listener.delivered(queue, message ?? undefined);
      },
      { noAck },
    );
    return consumerTag;
  }

  async cancel(consumerTag: string): Promise<void> {
    await this.#channel.cancel(consumerTag);
  }

  settle(delivery: AmqpDelivery): Promise<boolean> {
    this.#due.push(delivery);
    if (this.#told === undefined) {
      this.#told = Promise.withResolvers<boolean>();
      queueMicrotask(this.#endOfMicrotasks);
    }
    return this.#told.promise;
  }

  /** Nothing more will come: closes as soon as nothing is held. */
  async retire(): Promise<void> {
    this.#retired = true;
    if (this.#held === 0) await this.close();
  }

  close(): Promise<void> {
    this.flush();
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Resolves when the broker has seen every settlement made so far. */
  async settled(prefetch: number, shared: boolean): Promise<void> {
    if (this.#closing !== undefined) await this.#closing;
    // Any question will do: a channel answers in order.
    else if (this.alive) await this.prefetch(prefetch, shared);
    if (!this.#gaveBack) return;
    this.#gaveBack = false;
    await setTimeout(GIVE_BACK_MS);
  }

  async #close(): Promise<void> {
    if (!this.alive) return;
    this.#alive = false;
    // A channel that ends while it is closed has ended.
    await this.#channel.close().catch(() => {});
  }

  /** After a tick queued by a microtask no microtask is left: what this turn settles is then together. */
  readonly #endOfMicrotasks = (): void => process.nextTick(this.#flushUnlessChanging);

  readonly #flushUnlessChanging = (): void => {
    if (this.#changes === 0) this.flush();
  };

  /** Tells the broker now what was settled. */
  readonly flush = (): void => {
    const told = this.#told;
    if (told === undefined) return;
    const due = this.#due;
    this.#due = [];
    this.#told = undefined;
    if (this.alive) this.#link.socket.write([settleFrames(this.#number, this.#window.plan(due))]);
    this.#gaveBack ||= due.some(({ how }) => how === 'requeue');
    told.resolve(this.alive);
    this.#held -= due.length;
    if (this.#retired) void this.retire();
  };
}
