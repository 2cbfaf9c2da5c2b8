import { ChannelError, type OutgoingMessage, UnroutableError } from '@celeriac/transport';
import type { ConfirmChannel as AmqplibChannel, Message } from 'amqplib';
import { reasonOf } from './amqp-errors.ts';
import { channelNumber } from './amqplib-socket.ts';
import type { BrokerLink } from './broker-link.ts';
import { type Confirmation, ConfirmLedger, type LedgerEntry } from './confirm-ledger.ts';
import type { PublishCall } from './publish-call.ts';
import { PublishFrames } from './publish-frames.ts';

/** Bytes of frames and headers that a task message takes; only a first guess. */
const USUAL_OVERHEAD = 700;

/** Messages of one call that were written together. */
export interface SentMessages {
  readonly call: PublishCall;
  /** Positions within the call. */
  readonly indexes: readonly number[];
}

/** A message whose fate is unknown, since its channel has closed. */
export interface Unanswered {
  readonly call: PublishCall;
  readonly index: number;
}

/** Whom a {@link ConfirmChannel} tells. */
export interface ConfirmListener {
  /** Every message of these was answered. */
  answered(sent: readonly SentMessages[]): void;
  /** The broker has closed the channel: nothing more will be answered. Not called when the connection has gone. */
  closed(error: Error): void;
}

/**
 * A channel with publisher confirms. amqplib opens it; the messages are written as one run of bytes for each batch, and
 * the answers are kept per batch, not per message.
 */
export class ConfirmChannel {
  readonly #channel: AmqplibChannel;
  readonly #link: BrokerLink;
  readonly #listener: ConfirmListener;
  readonly #ledger: ConfirmLedger<SentMessages> = new ConfirmLedger();
  #error: Error | undefined;

  private constructor(channel: AmqplibChannel, link: BrokerLink, listener: ConfirmListener) {
    this.#channel = channel;
    this.#link = link;
    this.#listener = listener;
    // amqplib's own bookkeeping of single messages.
    channel.removeAllListeners('ack');
    channel.removeAllListeners('nack');
    channel.on('ack', ({ deliveryTag, multiple }) => this.#answered({ tag: deliveryTag, multiple }));
    channel.on('nack', ({ deliveryTag, multiple }) => this.#refused({ tag: deliveryTag, multiple }));
    channel.on('return', (message: Message) => this.#returned(message));
    channel.on('error', (error: Error) => {
      this.#error = error;
    });
    channel.on('close', () => {
      if (this.#error !== undefined) listener.closed(this.#error);
    });
  }

  static async open(link: BrokerLink, listener: ConfirmListener): Promise<ConfirmChannel> {
    return new ConfirmChannel(await link.openConfirmChannel(), link, listener);
  }

  /** Whether every message was answered. */
  get idle(): boolean {
    return this.#ledger.open.length === 0;
  }

  /** Calls that wait for an answer. */
  get calls(): readonly PublishCall[] {
    return this.#ledger.open.map((entry) => entry.owner.call);
  }

  /**
   * Writes the messages at once.
   * @returns resolves when more can be written
   */
  write(batch: readonly SentMessages[]): Promise<void> {
    const frames = new PublishFrames(channelNumber(this.#channel), this.#link.socket.frameMax, sizeOf(batch));
    for (const { call, indexes } of batch) {
      const written = indexes.filter((index) => add(frames, call, index));
      if (written.length > 0) this.#ledger.add({ call, indexes: written }, written.length);
      else call.resolve();
    }
    return this.#link.socket.write(frames.finish()) ? Promise.resolve() : this.#link.socket.drained();
  }

  /** Messages whose answers will not come any more. */
  unanswered(): readonly Unanswered[] {
    return this.#ledger.open.flatMap((entry) =>
      this.#ledger.unanswered(entry).map((at) => ({ call: entry.owner.call, index: entry.owner.indexes[at]! })),
    );
  }

  #answered(confirmation: Confirmation): void {
    const done = this.#ledger.settle(confirmation);
    if (done.length > 0) this.#listener.answered(done);
  }

  #refused(confirmation: Confirmation): void {
    for (const entry of this.#ledger.open) {
      for (const at of this.#ledger.unanswered(entry)) {
        const tag = entry.first + at;
        if (confirmation.multiple ? tag > confirmation.tag : tag !== confirmation.tag) continue;
        const { routingKey } = messageAt(entry, at);
        entry.owner.call.refuse(entry.owner.indexes[at]!, refusedBy(routingKey));
      }
    }
    this.#answered(confirmation);
  }

  /** A return comes before the confirmation of its message, and returns come in the order of publishing. */
  #returned({ fields, content }: Message): void {
    for (const entry of this.#ledger.open) {
      for (const at of this.#ledger.unanswered(entry)) {
        const { call, indexes } = entry.owner;
        const { exchange, routingKey, mandatory, message } = messageAt(entry, at);
        if (mandatory !== true || call.outcome(indexes[at]!) !== undefined) continue;
        if (exchange !== fields.exchange || routingKey !== fields.routingKey || !content.equals(message.body)) continue;
        return void call.refuse(indexes[at]!, new UnroutableError(exchange, routingKey));
      }
    }
  }
}

function add(frames: PublishFrames, call: PublishCall, index: number): boolean {
  const { exchange, routingKey, mandatory = false, message } = call.messages[index]!;
  try {
    frames.add(message, { exchange, routingKey, mandatory });
    return true;
  } catch (error) {
    call.refuse(index, error instanceof Error ? error : new Error(reasonOf(error)));
    return false;
  }
}

function messageAt(entry: LedgerEntry<SentMessages>, at: number): OutgoingMessage {
  return entry.owner.call.messages[entry.owner.indexes[at]!]!;
}

function refusedBy(routingKey: string): ChannelError {
  return new ChannelError(`queue for "${routingKey}"`, 'the broker did not take the message', {
    hint: 'A queue with `x-overflow: reject-publish` is full, or a queue has no working leader.',
  });
}

function sizeOf(batch: readonly SentMessages[]): number {
  let size = 0;
  for (const { call, indexes } of batch) {
    for (const index of indexes)
      size += USUAL_OVERHEAD + Math.min(16_384, call.messages[index]!.message.body.byteLength);
  }
  return size;
}
