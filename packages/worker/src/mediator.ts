import type { AppRuntime, Outcome, RevokedOutcome } from '@celeriac/core/internal';
import type { Concluder } from './conclude/concluder.ts';
import { giveBack } from './conclude/give-back.ts';
import type { PoolLoad } from './hold/pool-load.ts';
import type { Revocations } from './hold/revocations.ts';
import type { Suspects } from './hold/suspects.ts';
import type { WaitingTasks } from './hold/waiting-tasks.ts';
import { type Admission, admit, type DiscardReason } from './intake/admit.ts';
import type { TimeLimits } from './limits/time-limits.ts';
import type { Pool } from './pool/pool.ts';
import { refusedByPool } from './pool/pool-outcomes.ts';
import { notRegistered } from './request/ending.ts';
import { type HeldMessage, isLost } from './request/held-message.ts';
import type { ReceivedTask } from './request/received-task.ts';

/** Ended tasks that may wait for broker and store, for each slot of the pool, before no more are started. */
const PENDING_PER_SLOT = 10;
const LEAST_PENDING = 1000;

/** What starting tasks takes. */
export interface MediatorParts {
  readonly runtime: AppRuntime;
  readonly pool: Pool;
  readonly waiting: WaitingTasks;
  readonly load: PoolLoad;
  readonly revocations: Revocations;
  readonly suspects: Suspects;
  readonly concluder: Concluder;
  readonly timeLimits: TimeLimits;
  /** The pool did not take what it had accepted. */
  readonly onEnded: (received: ReceivedTask, outcome: Outcome) => void;
  /** Nothing more can be started for now. */
  readonly onSettled: () => void;
}

/** Mediates between tasks that wait and free slots: decides what starts, and when. */
export class Mediator {
  readonly #parts: MediatorParts;
  readonly #runtime: AppRuntime;
  readonly #pool: Pool;
  readonly #waiting: WaitingTasks;
  readonly #load: PoolLoad;
  readonly #suspects: Suspects;
  readonly #concluder: Concluder;
  /** The task that must be the only one to run. */
  #loner: ReceivedTask | undefined;
  #pumping = false;
  #closed = false;

  constructor(parts: MediatorParts) {
    this.#parts = parts;
    this.#runtime = parts.runtime;
    this.#pool = parts.pool;
    this.#waiting = parts.waiting;
    this.#load = parts.load;
    this.#suspects = parts.suspects;
    this.#concluder = parts.concluder;
  }

  /** Nothing is started any more. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Starts nothing more. */
  close(): void {
    this.#closed = true;
  }

  /** What is to be done with a task now. */
  admit({ request, task }: ReceivedTask): Admission {
    return admit(request, {
      isRegistered: task !== undefined,
      isRevoked: this.#parts.revocations.concerns(request),
      nowMs: this.#runtime.clock.now(),
    });
  }

  /** Ends a task that does not run. */
  discard(received: ReceivedTask, reason: DiscardReason): void {
    const revoked = (why: RevokedOutcome['reason']): RevokedOutcome => ({ kind: 'revoked', reason: why, signal: null });
    const ending = reason === 'unknown' ? notRegistered(received.request.task) : revoked(reason);
    this.#concluder.end(received, ending);
  }

  /** Starts what can be started. */
  pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#mayStart) {
        const received = this.#next();
        if (received === undefined) break;
        this.#begin(received);
      }
    } finally {
      this.#pumping = false;
    }
    this.#parts.onSettled();
  }

  /** A message has come to its end, or back: others may run beside it. */
  letGo(message: HeldMessage): void {
    if (this.#loner === message) this.#loner = undefined;
  }

  get #mayStart(): boolean {
    if (this.#closed || this.#loner !== undefined) return false;
    const { pending } = this.#concluder;
    return pending < LEAST_PENDING || pending < this.#pool.concurrency * PENDING_PER_SLOT;
  }

  /** While one waits that must run alone, nothing else is started. */
  #next(): ReceivedTask | undefined {
    const pool = this.#pool;
    if (!this.#waiting.hasLoner) {
      const next = this.#waiting.peek();
      if (next === undefined || this.#mustWaitForAcks(next)) return undefined;
      const isAccepted = pool.accepts === undefined ? pool.free > 0 : pool.accepts(next);
      return isAccepted ? this.#waiting.take() : undefined;
    }
    if (this.#load.size > 0 || pool.free === 0) return undefined;
    this.#loner = this.#waiting.takeLoner();
    return this.#loner;
  }

  /**
   * A late acknowledgement keeps the slot of its task until the broker has it, so that a worker that dies leaves no more
   * tasks to be repeated than it has slots.
   */
  #mustWaitForAcks({ task }: ReceivedTask): boolean {
    const { lateUnsettled } = this.#concluder;
    return lateUnsettled > 0 && task?.options.acksLate === true && this.#pool.free <= lateUnsettled;
  }

  /** It may have waited long: everything is looked at again. */
  #begin(received: ReceivedTask): void {
    const admission = isLost(received) ? 'lost' : this.admit(received);
    if (admission !== 'run') this.letGo(received);
    if (admission === 'lost') return;
    if (admission === 'hold') this.#waiting.hold(received, received.request.etaMs!);
    else if (admission !== 'run') this.discard(received, admission);
    else if (this.#suspects.concerns(received)) void this.#examine(received);
    else if (received.begun !== undefined) void this.#startCounted(received);
    else this.#start(received);
  }

  #start(received: ReceivedTask): void {
    received.limits = this.#parts.timeLimits.of(received.request, received.task!);
    this.#load.give(received);
    try {
      this.#pool.run(received);
    } catch (error) {
      // A pool that cannot take what it accepted: the task must not be forgotten.
      this.#parts.onEnded(received, refusedByPool(error));
    }
  }

  /** It came often: finds out whether it killed its processes. */
  async #examine(received: ReceivedTask): Promise<void> {
    const verdict = await this.#suspects.examine(received);
    if (this.#closed) void giveBack(received.delivery, this.#runtime.logger);
    else if (verdict === 'run-alone') this.#waiting.addAlone(received);
    else if (verdict === 'run') this.#waiting.addAgain(received);
    else this.#concluder.end(received, verdict);
    this.pump();
  }

  async #startCounted(received: ReceivedTask): Promise<void> {
    this.#load.give(received);
    await this.#suspects.record(received);
    if (received.abandoned) return;
    const mayRun = !this.#parts.revocations.concerns(received.request);
    if (mayRun && this.#pool.free > 0) return this.#start(received);
    // The slot went to another task, or with its process; or the task was revoked meanwhile.
    this.#load.returned(received);
    this.letGo(received);
    this.#waiting.addAlone(received);
    this.pump();
  }
}
