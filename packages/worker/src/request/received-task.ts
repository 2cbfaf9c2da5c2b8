import type { RegisteredTask } from '@celeriac/core/internal';
import type { TaskBody, TaskRequest } from '@celeriac/protocol';
import type { Delivery } from '@celeriac/transport';
import { type AckOptions, EARLY_ACK } from './ack-options.ts';
import type { HeldMessage } from './held-message.ts';
import { type RequestReading, readRequest } from './read-request.ts';
import type { RunLimits } from './run-limits.ts';

/** A task message on its way through the worker. One object per message; every stage gets the same one. */
export class ReceivedTask implements HeldMessage {
  readonly delivery: Delivery;
  readonly id: string;
  /** Undefined: no task of this name is registered here. */
  readonly task: RegisteredTask | undefined;
  /** Arguments and links, where this process has decoded them. */
  body: TaskBody | undefined;
  acknowledged = false;
  /** It was given back or given up while it ran: whatever its run still says is not heard. */
  abandoned = false;
  /** Counted runs that did not end, once somebody had a reason to look; undefined before. */
  begun: number | undefined;
  startedStored: Promise<unknown> | undefined;
  /** Unix milliseconds; undefined before it starts. */
  startedAtMs: number | undefined;
  /** The process that runs it; undefined before it starts. */
  pid: number | undefined;
  /** It ran when its connection was lost: its message comes again. */
  orphaned = false;
  /** It is to be ended by this signal as soon as it starts, if it ever does. */
  endSignal: NodeJS.Signals | undefined;
  /** Time limits of its run, once it was given to the pool; undefined = none. */
  limits: RunLimits | undefined;
  #request: TaskRequest | undefined;
  readonly #reading: RequestReading | undefined;

  /** @param reading - with which the request is read once more after {@link shelve}; without it, it stays */
  constructor(delivery: Delivery, request: TaskRequest, task: RegisteredTask | undefined, reading?: RequestReading) {
    this.delivery = delivery;
    this.id = request.id;
    this.task = task;
    this.#request = request;
    this.#reading = reading;
  }

  get request(): TaskRequest {
    this.#request ??= readRequest(this.delivery, this.#reading!);
    return this.#request;
  }

  /** It waits long: what can be read again is let go of, since there may be very many of them. */
  shelve(): void {
    if (this.#reading !== undefined) this.#request = undefined;
    this.delivery.shelve?.();
  }

  get ackOptions(): AckOptions {
    return this.task?.options ?? EARLY_ACK;
  }
}
