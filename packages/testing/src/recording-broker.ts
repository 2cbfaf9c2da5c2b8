import type { RawMessage } from '@celeriac/protocol';
import type { QueuedMessage } from '@celeriac/transport';
import { MemoryBroker } from '@celeriac/transport-memory';

/** A message as it came to its queue. */
export interface RecordedMessage {
  readonly queue: string;
  readonly message: RawMessage;
  /** Unix milliseconds by the moved clock. */
  readonly sentMs: number;
}

/** A broker that remembers what it was sent. */
export class RecordingBroker extends MemoryBroker {
  readonly #recorded: RecordedMessage[] = [];

  get recorded(): readonly RecordedMessage[] {
    return this.#recorded;
  }

  override put(messages: readonly QueuedMessage[], nowMs: number): void {
    for (const { queue, message } of messages) this.#recorded.push({ queue, message, sentMs: nowMs });
    super.put(messages, nowMs);
  }
}
