import type { StoreRequest } from '@celeriac/backend';
import {
  type AppRuntime,
  applyErrbacks,
  type EventDispatcher,
  failSignatures,
  type JointOutcome,
  joinChord,
} from '@celeriac/core/internal';
import { isCeleriacError, type ResultTuple } from '@celeriac/protocol';
import type { JointSettlement, SettleHow } from '@celeriac/transport';
import type { QuarantineReason } from '../quarantine/quarantine-message.ts';
import type { QuarantineWriter } from '../quarantine/quarantine-writer.ts';
import { type HeldMessage, isLost } from '../request/held-message.ts';
import type { ReceivedTask } from '../request/received-task.ts';
import type { TaskEvent } from '../request/task-event.ts';
import type { Conclusion, FailureConclusion, RetryConclusion, SuccessConclusion } from './conclusion.ts';

/** What performing takes. */
export interface PerformParts {
  readonly runtime: AppRuntime;
  readonly quarantine: QuarantineWriter;
  /** Settlements that the result store can make in its own transaction. */
  readonly joint: () => JointSettlement | undefined;
  /** Where monitors listen. */
  readonly events: EventDispatcher;
}

/** The errors after which another try may succeed: broker or store were away. */
const PASSING = ['CLR_CONNECTION_LOST', 'CLR_PUBLISH', 'CLR_BACKEND_UNAVAILABLE'] as const;

/**
 * Carries conclusions out; nothing else in a worker touches broker and result store on behalf of a task that has ended.
 * The order of the steps is such that a crash between two of them repeats work, and never loses any.
 */
export class ConclusionPerformer {
  readonly #runtime: AppRuntime;
  readonly #quarantine: QuarantineWriter;
  readonly #joint: () => JointSettlement | undefined;

  readonly #events: EventDispatcher;

  constructor({ runtime, quarantine, joint, events }: PerformParts) {
    this.#events = events;
    this.#runtime = runtime;
    this.#quarantine = quarantine;
    this.#joint = joint;
  }

  /**
   * @returns false when another worker has the message: then nothing was written
   * @throws what a step throws; the message is not settled then
   */
  perform(message: HeldMessage, conclusion: Conclusion): Promise<boolean> {
    const { startedStored } = message;
    const { events } = conclusion;
    const done =
      startedStored === undefined
        ? this.#perform(message, conclusion)
        : startedStored.then(() => this.#perform(message, conclusion));
    return events.length === 0 ? done : done.then((settled) => this.#announce(settled, events));
  }

  /** What another worker has by now is that one's to tell. */
  #announce(settled: boolean, events: readonly TaskEvent[]): boolean {
    if (settled) for (const { type, fields } of events) this.#events.send(type, fields);
    return settled;
  }

  #perform(message: HeldMessage, conclusion: Conclusion): Promise<boolean> {
    if (isLost(message)) return NOT_HELD;
    switch (conclusion.kind) {
      case 'success':
        return this.#succeed(message, conclusion);
      case 'failure':
        return this.#fail(message, conclusion);
      case 'retry':
        return this.#retry(message, conclusion);
      default:
        return this.settle(message, conclusion.settle);
    }
  }

  /** @returns false when the lease was lost before */
  settle(message: HeldMessage, how: SettleHow): Promise<boolean> {
    return message.acknowledged ? SETTLED : message.delivery.settle(how);
  }

  /** @throws {QuarantineError} */
  keep(message: HeldMessage, why: QuarantineReason): Promise<void> {
    return this.#quarantine.keep(message.delivery, why);
  }

  #succeed(message: HeldMessage, conclusion: SuccessConclusion): Promise<boolean> {
    const { publish, member, store, settle } = conclusion;
    if (publish.length === 0 && member === undefined) return this.#storeAndSettle(message, store, settle);
    return this.#succeedInFlow(message, conclusion);
  }

  async #succeedInFlow(message: HeldMessage, conclusion: SuccessConclusion): Promise<boolean> {
    const { publish, member, settle } = conclusion;
    let { store } = conclusion;
    if (publish.length > 0) {
      const children = await this.#runtime.publisher.applySignatures(publish);
      if (store !== undefined) store = withChildren(store, children);
    }
    if (member === undefined) return this.#storeAndSettle(message, store, settle);
    if (store !== undefined) await this.#runtime.results.store(store);
    await joinChord(this.#runtime, member);
    return this.settle(message, settle);
  }

  async #fail(message: HeldMessage, conclusion: FailureConclusion): Promise<boolean> {
    const { store, member, chain, errbacks, cause, quarantine, settle } = conclusion;
    const isLast = member === undefined && chain.length === 0 && errbacks.length === 0 && quarantine === undefined;
    if (isLast) return this.#storeAndSettle(message, store, settle);
    const runtime = this.#runtime;
    if (store !== undefined) await runtime.results.store(store);
    // Before anything is sent: when it fails, the message comes again, and its errbacks must not be called every time.
    if (quarantine !== undefined) await this.keep(message, quarantine);
    if (member !== undefined) await joinChord(runtime, member);
    if (chain.length > 0) await joinChord(runtime, ...(await failSignatures(runtime, chain, cause)));
    if (errbacks.length > 0 && message.id !== undefined) {
      const request = 'request' in message ? (message as ReceivedTask).request : undefined;
      const failed = { id: message.id, rootId: request?.rootId ?? message.id, request };
      await applyErrbacks(runtime, errbacks, failed, cause);
    }
    return this.settle(message, settle);
  }

  async #retry(message: HeldMessage, { call, destination, store, settle }: RetryConclusion): Promise<boolean> {
    await this.#runtime.publisher.republish(call, destination, this.#codecOf(message));
    return this.#storeAndSettle(message, store, settle);
  }

  /** In one transaction where broker and store are one database. */
  #storeAndSettle(message: HeldMessage, store: StoreRequest | undefined, how: SettleHow): Promise<boolean> {
    if (store === undefined) return this.settle(message, how);
    const { results } = this.#runtime;
    if (message.acknowledged) return results.store(store).then(isSettled);
    if (how === 'ack') return results.storeJointly(store, message.delivery, this.#joint()).then(settledOf);
    return results.store(store).then(() => this.settle(message, how));
  }

  /** The next attempt is written as the message was, since its arguments may need that serializer. */
  #codecOf({ message }: HeldMessage): { readonly serializer?: string; readonly compression?: string } {
    const { contentType, headers } = message;
    const { serializers, compressions } = this.#runtime;
    const mediaType = contentType.split(';', 1)[0]!.trim().toLowerCase();
    const compression = headers['compression'];
    return {
      ...(isKnown(() => serializers.byName(mediaType)) && { serializer: mediaType }),
      ...(typeof compression === 'string' && isKnown(() => compressions.byContentType(compression)) && { compression }),
    };
  }
}

const SETTLED: Promise<boolean> = Promise.resolve(true);
const NOT_HELD: Promise<boolean> = Promise.resolve(false);

function isSettled(): boolean {
  return true;
}

function settledOf({ settled }: JointOutcome): boolean {
  return settled;
}

/** Whether broker or store were only away. */
export function isPassing(error: unknown): boolean {
  return PASSING.some((code) => isCeleriacError(error, code));
}

function withChildren(store: StoreRequest, children: readonly ResultTuple[]): StoreRequest {
  const { meta } = store;
  return { ...store, meta: { ...meta, children: [...meta.children, ...children] } };
}

function isKnown(look: () => unknown): boolean {
  try {
    look();
    return true;
  } catch {
    return false;
  }
}
