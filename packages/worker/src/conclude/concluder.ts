import type { AppRuntime } from '@celeriac/core/internal';
import { isCeleriacError, toExceptionInfo, tracebackOf } from '@celeriac/protocol';
import type { QuarantineReason } from '../quarantine/quarantine-message.ts';
import type { Counters } from '../request/counters.ts';
import type { Ending } from '../request/ending.ts';
import type { HeldMessage } from '../request/held-message.ts';
import type { ReceivedTask } from '../request/received-task.ts';
import type { Undecodable } from '../request/undecodable.ts';
import { type ConcludeContext, conclude, concludeUndecodable } from './conclude.ts';
import type { Conclusion } from './conclusion.ts';
import { giveBack } from './give-back.ts';
import { logEnding, taskLabel } from './outcome-log.ts';
import { type ConclusionPerformer, isPassing } from './perform-conclusion.ts';
import { RequeueBackoff } from './requeue-backoff.ts';

/** What bringing tasks to their end takes, and whom it tells. */
export interface ConcluderParts {
  readonly runtime: AppRuntime;
  readonly performer: ConclusionPerformer;
  readonly context: ConcludeContext;
  readonly counters: Counters;
  /** Decodes the body of a task that did not run in this process, into `received.body`. */
  readonly readBody: (received: ReceivedTask) => void;
  /** A message has come to its end, well or not. */
  readonly onDone: (message: HeldMessage) => void;
}

/** Turns endings into conclusions and has them performed, many at a time; deals with steps that fail. */
export class Concluder {
  readonly #parts: ConcluderParts;
  readonly #backoff: RequeueBackoff;
  #pending = 0;
  #lateUnsettled = 0;

  constructor(parts: ConcluderParts) {
    this.#parts = parts;
    this.#backoff = new RequeueBackoff(parts.runtime.clock);
  }

  /** Messages that have ended but are not settled yet. */
  get pending(): number {
    return this.#pending;
  }

  /** Tasks that have run and whose late acknowledgement is on its way: were this worker to die now, they would run again. */
  get lateUnsettled(): number {
    return this.#lateUnsettled;
  }

  /** The worker ends: what waits to be given back goes at once. */
  close(): void {
    this.#backoff.close();
  }

  /** A task has ended. */
  end(received: ReceivedTask, ending: Ending): void {
    const { runtime, context, readBody } = this.#parts;
    logEnding(runtime.logger, received, ending);
    this.#signal(received, ending);
    this.#pending++;
    if (hasRunLate(received)) this.#lateUnsettled++;
    try {
      if (needsBody(ending, context)) readBody(received);
      const conclusion = conclude(received, ending, context);
      this.#count(ending, conclusion);
      void this.#perform(received, conclusion);
    } catch (error) {
      void this.#recover(received, undefined, error).finally(() => this.#done(received));
    }
  }

  /** A message is no readable task. */
  refuse(message: Undecodable): void {
    const { runtime, counters, context } = this.#parts;
    counters.quarantined++;
    const { taskRejected } = runtime.signals;
    if (taskRejected.hasListeners) taskRejected.send({ reason: message.reason, message: message.message });
    this.#pending++;
    void this.#perform(message, concludeUndecodable(message, context.nowMs));
  }

  async #perform(message: HeldMessage, conclusion: Conclusion): Promise<void> {
    try {
      const settled = await this.#parts.performer.perform(message, conclusion);
      if (!settled) this.#logLost(message);
      if (quarantineOf(conclusion) !== undefined) this.#backoff.reset();
    } catch (error) {
      await this.#recover(message, conclusion, error);
    } finally {
      this.#done(message);
    }
  }

  #done(message: HeldMessage): void {
    this.#pending--;
    if (isReceived(message) && hasRunLate(message)) this.#lateUnsettled--;
    this.#parts.onDone(message);
  }

  /**
   * A step failed. While broker or store are away, an unacknowledged message goes back and is run again; what can never
   * be stored or sent makes the task a failure, so that nobody waits for ever. What cannot be put into quarantine goes
   * back too, after a while.
   */
  async #recover(message: HeldMessage, conclusion: Conclusion | undefined, error: unknown): Promise<void> {
    const { runtime, performer } = this.#parts;
    this.#logTrouble(message, error);
    const isTask = isReceived(message);
    if (isTask && runtime.signals.taskInternalError.hasListeners) {
      runtime.signals.taskInternalError.send({ taskId: message.id, name: message.request.task, exception: error });
    }
    try {
      if (isCeleriacError(error, 'CLR_QUARANTINE')) await this.#giveBackLater(message);
      else if (isPassing(error) && !message.acknowledged) {
        if (message.delivery.held) await performer.settle(message, 'requeue');
      } else if (isTask && (conclusion === undefined || conclusion.kind === 'success' || conclusion.kind === 'retry')) {
        await performer.perform(message, this.#asFailure(message, error));
      } else {
        await this.#dispose(message, conclusion);
      }
    } catch (next) {
      this.#logTrouble(message, next);
      if (isCeleriacError(next, 'CLR_QUARANTINE')) await this.#giveBackLater(message);
    }
  }

  /** No step is left to try but keeping what must be kept. */
  async #dispose(message: HeldMessage, conclusion: Conclusion | undefined): Promise<void> {
    const { performer } = this.#parts;
    const why = conclusion === undefined ? undefined : quarantineOf(conclusion);
    if (why !== undefined) await performer.keep(message, why);
    if (message.delivery.held) await performer.settle(message, conclusion?.settle ?? 'discard');
  }

  async #giveBackLater(message: HeldMessage): Promise<void> {
    if (message.acknowledged) {
      this.#parts.runtime.logger.error(`${labelOf(message)} is lost: it was acknowledged before it ran`);
      return;
    }
    await this.#backoff.pause();
    await giveBack(message.delivery, this.#parts.runtime.logger);
  }

  #asFailure(received: ReceivedTask, error: unknown): Conclusion {
    const exception = toExceptionInfo(error);
    const report = { children: [], embed: undefined, runtimeMs: 0, expected: false, cause: 'error' } as const;
    const failure: Ending = { kind: 'failure', exception, traceback: tracebackOf(error), ...report };
    return conclude(received, failure, this.#parts.context);
  }

  #count(ending: Ending, conclusion: Conclusion): void {
    const { counters } = this.#parts;
    if (ending.kind === 'success') counters.succeeded++;
    else if (ending.kind === 'retry') counters.retried++;
    else if (ending.kind === 'revoked') counters.revoked++;
    else if (conclusion.kind === 'failure' && ending.kind !== 'reject') counters.failed++;
    if (conclusion.kind === 'failure' && conclusion.quarantine !== undefined) counters.quarantined++;
  }

  #signal(received: ReceivedTask, ending: Ending): void {
    const { signals } = this.#parts.runtime;
    const { request, message } = received;
    if (ending.kind === 'revoked' && signals.taskRevoked.hasListeners) {
      const { reason, signal } = ending;
      signals.taskRevoked.send({ request, terminated: reason === 'terminated', signal, expired: reason === 'expired' });
    } else if (ending.kind === 'failure' && ending.cause === 'not-registered' && signals.taskUnknown.hasListeners) {
      signals.taskUnknown.send({ name: request.task, id: request.id, message });
    } else if ((ending.kind === 'reject' || ending.kind === 'unreadable') && signals.taskRejected.hasListeners) {
      signals.taskRejected.send({ reason: ending.reason, message });
    }
  }

  #logLost(message: HeldMessage): void {
    const { logger } = this.#parts.runtime;
    logger.warning(
      `The lease of ${labelOf(message)} was lost; what became of it is left to the worker that has it now`,
    );
  }

  #logTrouble(message: HeldMessage, error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    this.#parts.runtime.logger.error(`Concluding ${labelOf(message)} failed: ${text}`, { error });
  }
}

/** Endings without a run here know nothing of the task's links; extended results keep the arguments. */
function needsBody(ending: Ending, { resultExtended }: ConcludeContext): boolean {
  if (resultExtended || ending.kind === 'revoked' || ending.kind === 'poison' || ending.kind === 'repeated')
    return true;
  return ending.kind === 'failure' && ending.cause !== 'error';
}

function quarantineOf(conclusion: Conclusion): QuarantineReason | undefined {
  return conclusion.kind === 'failure' ? conclusion.quarantine : undefined;
}

function isReceived(message: HeldMessage): message is ReceivedTask {
  return 'request' in message;
}

/** Of a task that has ended, this changes no more. */
function hasRunLate({ acknowledged, startedAtMs }: ReceivedTask): boolean {
  return !acknowledged && startedAtMs !== undefined;
}

function labelOf(message: HeldMessage): string {
  return isReceived(message) ? taskLabel(message) : `a message from ${message.delivery.queue}`;
}
