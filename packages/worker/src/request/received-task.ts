import type { RegisteredTask } from '@celeriac/core/internal';
import type { RawMessage, RosterMember, TaskBody, TaskRequest } from '@celeriac/protocol';
import type { Delivery } from '@celeriac/transport';
import { type AckOptions, EARLY_ACK } from './ack-options.ts';
import type { HeldMessage } from './held-message.ts';
import type { RunLimits } from './run-limits.ts';

/** A task message on its way through the worker. Every stage gets the same object; while it waits for its time there is none. */
export class ReceivedTask implements HeldMessage, RosterMember {
  readonly delivery: Delivery;
  readonly message: RawMessage;
  readonly id: string;
  readonly request: TaskRequest;
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
  /** Among the tasks of the pool. */
  place = 0;
  /** Time limits of its run, once it was given to the pool; undefined = none. */
  limits: RunLimits | undefined;

  constructor(delivery: Delivery, message: RawMessage, request: TaskRequest, task: RegisteredTask | undefined) {
    this.delivery = delivery;
    this.message = message;
    this.id = request.id;
    this.request = request;
    this.task = task;
  }

  get ackOptions(): AckOptions {
    return this.task?.options ?? EARLY_ACK;
  }
}
