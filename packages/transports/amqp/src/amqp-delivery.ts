import type { RawMessage } from '@celeriac/protocol';
import {
  AlreadySettledError,
  type Delivery,
  type KeptMessage,
  type MessageShelf,
  type SettleHow,
  ShelvedMessage,
} from '@celeriac/transport';

/** The channel that a delivery came through; only there it can be settled. */
export interface DeliveryChannel {
  readonly alive: boolean;
  /** Where messages are packed away that wait long. */
  readonly shelf: MessageShelf;
  /** Part of the receipt. */
  readonly label: string;
  /** @returns resolves when the broker was told: true, or false when the channel had gone */
  settle(delivery: AmqpDelivery): Promise<boolean>;
}

/** What a delivery is made of. */
export interface DeliveryParts {
  readonly message: RawMessage;
  readonly queue: string;
  readonly exchange: string;
  readonly routingKey: string;
  readonly redelivered: boolean;
  readonly deliveryCount: number | undefined;
  readonly tag: number;
}

/** A message that RabbitMQ handed out. One object per message and no closures: there are many of them. */
export class AmqpDelivery implements Delivery {
  readonly queue: string;
  readonly exchange: string;
  readonly routingKey: string;
  readonly redelivered: boolean;
  readonly deliveryCount: number | undefined;
  readonly tag: number;
  #message: KeptMessage;
  #channel: DeliveryChannel;
  #how: SettleHow | undefined;

  /** @param settled - the broker has forgotten it already */
  constructor(parts: DeliveryParts, channel: DeliveryChannel, settled: boolean) {
    this.#message = parts.message;
    this.queue = parts.queue;
    this.exchange = parts.exchange;
    this.routingKey = parts.routingKey;
    this.redelivered = parts.redelivered;
    this.deliveryCount = parts.deliveryCount;
    this.tag = parts.tag;
    this.#channel = channel;
    this.#how = settled ? 'ack' : undefined;
  }

  get message(): RawMessage {
    return this.#message instanceof ShelvedMessage ? this.#message.read() : this.#message;
  }

  shelve(): void {
    this.#message = this.#channel.shelf.put(this.#message);
  }

  get receipt(): string {
    return `${this.#channel.label}/${this.tag}`;
  }

  get held(): boolean {
    return this.#how === undefined && this.#channel.alive;
  }

  /** How it ends; `ack` until somebody says so. */
  get how(): SettleHow {
    return this.#how ?? 'ack';
  }

  /**
   * See `Delivery.settle`. AMQP confirms no acknowledgement: it is true when the broker was told, and false on a channel
   * that has gone, whose messages are in their queue again.
   */
  settle(how: SettleHow): Promise<boolean> {
    if (this.#how !== undefined) return Promise.reject(new AlreadySettledError(this.receipt));
    this.#how = how;
    return this.#channel.alive ? this.#channel.settle(this) : Promise.resolve(false);
  }
}
