import type { RawMessage, RosterMember } from '@celeriac/protocol';
import type { Delivery, SettleHow } from './delivery.ts';
import { type KeptMessage, type MessageShelf, ShelvedMessage } from './message-shelf.ts';
import type { TakenMessage } from './queue-store.ts';
import { AlreadySettledError } from './transport-errors.ts';

/** Who handed a delivery out. */
export interface DeliveryOwner {
  /** Where messages are packed away that wait long; undefined where that would save nothing. */
  readonly shelf: MessageShelf | undefined;
  /** Sends the settlement of a claimed delivery and tells it how that went. */
  settle(delivery: VirtualDelivery): void;
  /** The settlement of a claimed delivery has failed, and it is still held. */
  unclaimed(delivery: VirtualDelivery): void;
  /** The delivery is not held any more: its place in the window is free. */
  release(delivery: VirtualDelivery): void;
}

/**
 * `open` until the first settle, `claimed` while the broker is told, then `done`; `lost` when the lease ended first.
 */
type DeliveryState = 'open' | 'claimed' | 'lost' | 'done';

/** A delivery of a virtual transport. One object per message and no closures: there are many of them. */
export class VirtualDelivery implements Delivery, RosterMember {
  readonly queue: string;
  readonly exchange: string;
  readonly routingKey: string;
  readonly redelivered: boolean;
  readonly deliveryCount: number | undefined;
  readonly receipt: string;
  /** Among all that are held. */
  place = 0;
  /** The owner has given its place in the window away while the broker is being told. */
  placeIsFree = false;
  #message: KeptMessage;
  readonly #owner: DeliveryOwner;
  #state: DeliveryState = 'open';
  #how: SettleHow = 'ack';
  #confirmation: PromiseWithResolvers<boolean> | undefined;
  #released = false;

  constructor(taken: TakenMessage, owner: DeliveryOwner) {
    this.#message = taken.message;
    this.queue = taken.queue;
    this.exchange = taken.exchange;
    this.routingKey = taken.routingKey;
    this.redelivered = taken.redelivered;
    this.deliveryCount = taken.deliveryCount;
    this.receipt = taken.receipt;
    this.#owner = owner;
  }

  get held(): boolean {
    return this.#state === 'open';
  }

  get message(): RawMessage {
    return this.#message instanceof ShelvedMessage ? this.#message.read() : this.#message;
  }

  shelve(): void {
    this.#message = this.#owner.shelf?.put(this.#message) ?? this.#message;
  }

  /** How a claimed delivery is to end. */
  get how(): SettleHow {
    return this.#how;
  }

  settle(how: SettleHow): Promise<boolean> {
    if (this.#state === 'lost') {
      this.#state = 'done';
      return Promise.resolve(false);
    }
    if (this.#state !== 'open') return Promise.reject(new AlreadySettledError(this.receipt));
    this.#state = 'claimed';
    this.#how = how;
    this.#confirmation = Promise.withResolvers<boolean>();
    this.#owner.settle(this);
    return this.#confirmation.promise;
  }

  /**
   * Makes the delivery settled without telling the broker: somebody else will.
   * @throws {AlreadySettledError} when it was settled before
   */
  claim(): void {
    if (this.#state === 'lost' || this.#state === 'open') this.#state = 'claimed';
    else throw new AlreadySettledError(this.receipt);
  }

  /** The broker confirmed a claimed delivery; `settled` is false when it was not held any more. */
  confirm(settled: boolean): void {
    this.#state = 'done';
    this.#confirmation?.resolve(settled);
    this.#confirmation = undefined;
    this.#release();
  }

  /** The broker did not confirm: the delivery may be settled again. */
  unclaim(error?: Error): void {
    this.#state = this.#released ? 'lost' : 'open';
    if (!this.#released) this.#owner.unclaimed(this);
    const confirmation = this.#confirmation;
    this.#confirmation = undefined;
    confirmation?.reject(error);
  }

  /** The lease ended. Nothing happens to a delivery whose settlement is under way: the broker's answer counts. */
  lose(): boolean {
    if (this.#state !== 'open') return false;
    this.#state = 'lost';
    this.#release();
    return true;
  }

  /** Already settled with the broker as it is handed over. */
  markSettled(): void {
    this.#state = 'done';
    this.#released = true;
  }

  #release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#owner.release(this);
  }
}
