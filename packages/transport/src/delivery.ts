import type { RawMessage } from '@celeriac/protocol';

/** How a delivery ends: done, back to its queue, or given up (to a dead letter queue where the broker has one). */
export type SettleHow = 'ack' | 'requeue' | 'discard';

/** What a consumer gets: the message and the only handle to the broker. */
export interface Delivery {
  readonly message: RawMessage;
  /** The queue it was taken from. */
  readonly queue: string;
  /** The exchange and routing key it was published with. */
  readonly exchange: string;
  readonly routingKey: string;
  /** Whether it was delivered before. */
  readonly redelivered: boolean;
  /** Deliveries so far, this one included; undefined where `capabilities.deliveryCount` is false. */
  readonly deliveryCount: number | undefined;
  /** Names this delivery towards the broker; text to compare and log, nothing to parse. */
  readonly receipt: string;
  /** False once the delivery was settled, or its lease is known to be lost: another worker may have it. */
  readonly held: boolean;
  /**
   * The message will not be looked at for a while: it may be packed away, so that very many can be held for long. From then
   * on {@link message} may be unpacked anew each time, into objects of its own. Absent where there is nothing to gain.
   */
  shelve?(): void;
  /**
   * Ends the delivery. Settlements of one turn of the event loop go to the broker together.
   * @returns resolves when the broker has confirmed it: true, or false when the lease was lost before (nothing was changed)
   * @throws {AlreadySettledError} on a second call
   * @throws {ConnectionLostError} when the broker did not confirm; the message may come again
   */
  settle(how: SettleHow): Promise<boolean>;
}
