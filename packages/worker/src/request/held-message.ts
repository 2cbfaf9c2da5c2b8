import type { RawMessage } from '@celeriac/protocol';
import type { Delivery } from '@celeriac/transport';

/** A message that this worker must bring to an end. */
export interface HeldMessage {
  readonly delivery: Delivery;
  /** Read once: a delivery that was shelved reads it anew each time. */
  readonly message: RawMessage;
  /** The task's id; undefined where none could be read. */
  readonly id: string | undefined;
  /** It was acknowledged as it started; nothing is left to settle. */
  readonly acknowledged: boolean;
  /** Pending while STARTED is being stored; the outcome must not be overtaken by it. */
  readonly startedStored: Promise<unknown> | undefined;
}

/** Whether another worker may have the message: then nothing about it may be written here. */
export function isLost(message: HeldMessage): boolean {
  return !message.acknowledged && !message.delivery.held;
}
