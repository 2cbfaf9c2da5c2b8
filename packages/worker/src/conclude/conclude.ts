import { RESULT_LIMITS } from '@celeriac/backend';
import type {
  FailureOutcome,
  RejectOutcome,
  ReplaceOutcome,
  RetryOutcome,
  RevokedOutcome,
  SuccessOutcome,
} from '@celeriac/core/internal';
import {
  celeryExceptions,
  decodeJson,
  type Embed,
  type ExceptionInfo,
  isoNaive,
  type ResultTuple,
} from '@celeriac/protocol';
import type { QuarantineReason } from '../quarantine/quarantine-message.ts';
import type { Ending, PoisonEnding, RepeatedEnding } from '../request/ending.ts';
import type { ReceivedTask } from '../request/received-task.ts';
import { NO_EVENTS } from '../request/task-event.ts';
import type { Undecodable } from '../request/undecodable.ts';
import { unreadableException } from '../request/unreadable-exception.ts';
import { type AckCase, settlementOf } from './ack-policy.ts';
import type { Conclusion, FailureConclusion } from './conclusion.ts';
import { endingEvents } from './ending-events.ts';
import { chordMember, followUps } from './follow-ups.ts';
import { type ResultContext, type StateDraft, storeRequestOf } from './result-meta.ts';

/** What conclusions depend on beside the task and its ending. */
export interface ConcludeContext extends ResultContext {
  /** Tasks sent by a task get its priority. */
  readonly inheritPriority: boolean;
  /** Monitors are told how tasks end. */
  readonly sendsEvents: boolean;
}

/**
 * Everything that follows from the way a task ended, as data. For endings without a run the links of the task are taken
 * from `received.body`.
 * @see celery/app/trace.py, celery/worker/request.py
 */
export function conclude(received: ReceivedTask, ending: Ending, context: ConcludeContext): Conclusion {
  const conclusion = decide(received, ending, context);
  if (!context.sendsEvents || received.task?.options.sendEvents === false) return conclusion;
  return { ...conclusion, events: endingEvents(received, ending, conclusion) };
}

function decide(received: ReceivedTask, ending: Ending, context: ConcludeContext): Conclusion {
  switch (ending.kind) {
    case 'success':
      return succeeded(received, ending, context);
    case 'failure':
      return failed(received, ending, context);
    case 'retry':
      return retried(received, ending, context);
    case 'revoked':
      return revoked(received, ending, context);
    case 'repeated':
      return repeated(received, ending, context);
    case 'replace':
      return replaced(received, ending);
    case 'ignore':
      return plain(received, 'ignore');
    case 'reject':
      return rejected(received, ending);
    case 'unreadable': {
      const cause = { exception: unreadableException(ending.code, ending.reason), traceback: null };
      return failure(
        received,
        cause,
        undefined,
        ending.code === 'CLR_DECODE' ? 'undecodable' : 'invalid',
        context,
        ending,
      );
    }
    case 'poison':
      return poisoned(received, ending, context);
  }
}

/** A message that is no readable task: kept in quarantine; whoever waits for its result is told. */
export function concludeUndecodable(message: Undecodable, nowMs: number): FailureConclusion {
  const { id, code, reason, settle } = message;
  const exception = unreadableException(code, reason);
  const meta = { status: 'FAILURE', result: exception, traceback: null, children: [], date_done: isoNaive(nowMs) };
  return {
    kind: 'failure',
    settle,
    store: id === undefined ? undefined : { meta: { ...meta, task_id: id } },
    events: NO_EVENTS,
    member: undefined,
    chain: [],
    errbacks: [],
    cause: { exception, traceback: null },
    quarantine: { code, reason },
  };
}

function succeeded(received: ReceivedTask, outcome: SuccessOutcome, context: ConcludeContext): Conclusion {
  const { request } = received;
  const { embed, resultText, children } = outcome;
  const isKept = !ignoresResult(received);
  const value = embed === undefined && !isKept ? null : resultOf(outcome);
  const draft: StateDraft = { status: 'SUCCESS', result: value, resultText, traceback: null, children };
  return {
    kind: 'success',
    settle: settlementOf('success', received.ackOptions),
    store: isKept ? storeRequestOf(received, draft, context) : undefined,
    events: NO_EVENTS,
    publish: followUps(embed, value, request, context.inheritPriority),
    member: chordMember(embed, request, 'SUCCESS', value, context.inheritPriority),
  };
}

function failed(received: ReceivedTask, outcome: FailureOutcome, context: ConcludeContext): Conclusion {
  const { exception, traceback, cause, children } = outcome;
  const ackCase: AckCase = cause === 'error' ? 'failure' : cause;
  // Given back to be run again: nothing has been decided about it.
  if (cause === 'worker-lost' && !received.acknowledged && settlementOf(ackCase, received.ackOptions) === 'requeue') {
    return plain(received, ackCase);
  }
  const embed = outcome.embed ?? received.body?.embed;
  const unknown: QuarantineReason | undefined =
    cause === 'not-registered'
      ? { code: 'CLR_NOT_REGISTERED', reason: `No task named ${JSON.stringify(received.request.task)} is registered.` }
      : undefined;
  return failure(received, { exception, traceback }, embed, ackCase, context, unknown, children);
}

function poisoned(received: ReceivedTask, { runs }: PoisonEnding, context: ConcludeContext): Conclusion {
  const reason = `The process that ran it died ${runs} times; it is not run again.`;
  const cause = { exception: celeryExceptions.workerLost(reason), traceback: null };
  const quarantine = { code: 'CLR_POISON', reason };
  return failure(received, cause, received.body?.embed, 'poison', context, quarantine);
}

function failure(
  received: ReceivedTask,
  cause: { readonly exception: ExceptionInfo; readonly traceback: string | null },
  embed: Embed | undefined,
  ackCase: AckCase,
  context: ConcludeContext,
  quarantine: QuarantineReason | undefined,
  children: readonly ResultTuple[] = [],
): FailureConclusion {
  const { exception, traceback } = cause;
  const draft: StateDraft = { status: 'FAILURE', result: exception, traceback, children };
  return {
    kind: 'failure',
    settle: settlementOf(ackCase, received.ackOptions),
    store: ignoresErrors(received) ? undefined : storeRequestOf(received, draft, context),
    events: NO_EVENTS,
    member: chordMember(embed, received.request, 'FAILURE', exception, context.inheritPriority),
    chain: embed?.chain ?? [],
    errbacks: embed?.errbacks ?? [],
    cause,
    quarantine: quarantine && { code: quarantine.code, reason: quarantine.reason },
  };
}

function retried(received: ReceivedTask, outcome: RetryOutcome, context: ConcludeContext): Conclusion {
  const { call, destination, exception, traceback, children } = outcome;
  const { exchange, routingKey } = received.delivery;
  const draft: StateDraft = { status: 'RETRY', result: exception, traceback, children };
  return {
    kind: 'retry',
    settle: settlementOf('retry', received.ackOptions),
    store: ignoresErrors(received) ? undefined : storeRequestOf(received, draft, context),
    events: NO_EVENTS,
    call,
    destination: destination ?? { exchange, routingKey },
  };
}

/**
 * Errbacks are for tasks that were tried. But a chord is told, and the rest of a chain fails: nobody would ever send it.
 * @see celery/backends/base.py mark_as_revoked
 */
function revoked(received: ReceivedTask, { reason }: RevokedOutcome, context: ConcludeContext): Conclusion {
  const exception = celeryExceptions.taskRevoked(reason);
  const draft: StateDraft = { status: 'REVOKED', result: exception, traceback: null, children: [] };
  return {
    kind: 'failure',
    settle: settlementOf('revoked', received.ackOptions),
    store: ignoresErrors(received) ? undefined : storeRequestOf(received, draft, context),
    events: NO_EVENTS,
    member: chordMember(received.body?.embed, received.request, 'REVOKED', exception, context.inheritPriority),
    chain: received.body?.embed.chain ?? [],
    errbacks: [],
    cause: { exception, traceback: null },
    quarantine: undefined,
  };
}

/** Nothing is stored; but neither a chord nor the rest of a chain must wait for a message that will not come again. */
function rejected(received: ReceivedTask, { requeue, reason, embed }: RejectOutcome): Conclusion {
  const ackCase = requeue ? 'reject-requeue' : 'reject';
  const exception = celeryExceptions.reject(reason, requeue);
  const member = chordMember(embed, received.request, 'FAILURE', exception, false);
  const chain = embed?.chain ?? [];
  const nobodyWaits = member === undefined && chain.length === 0;
  if (nobodyWaits || (requeue && !received.acknowledged)) return plain(received, ackCase);
  const settle = settlementOf(ackCase, received.ackOptions);
  const cause = { exception, traceback: null };
  return {
    kind: 'failure',
    settle,
    store: undefined,
    events: NO_EVENTS,
    member: member && { ...member, unstored: true },
    chain,
    errbacks: [],
    cause,
    quarantine: undefined,
  };
}

/**
 * Its first run sent what follows before it stored its result; only the report to its chord may be missing.
 * @see celery/app/trace.py trace_task, deduplicate_successful_tasks
 */
function repeated(received: ReceivedTask, { value }: RepeatedEnding, context: ConcludeContext): Conclusion {
  return {
    kind: 'success',
    settle: settlementOf('success', received.ackOptions),
    store: undefined,
    events: NO_EVENTS,
    publish: [],
    member: chordMember(received.body?.embed, received.request, 'SUCCESS', value, context.inheritPriority),
  };
}

/** The task's place goes to what replaces it; its own result comes from there. */
function replaced(received: ReceivedTask, { replacement }: ReplaceOutcome): Conclusion {
  return {
    kind: 'success',
    settle: settlementOf('ignore', received.ackOptions),
    store: undefined,
    events: NO_EVENTS,
    publish: [replacement],
    member: undefined,
  };
}

function plain(received: ReceivedTask, ackCase: AckCase): Conclusion {
  return { kind: 'plain', settle: settlementOf(ackCase, received.ackOptions), store: undefined, events: NO_EVENTS };
}

/** The call's own word counts, then the task's. */
export function ignoresResult({ request, task }: ReceivedTask): boolean {
  return request.ignoreResult ?? task?.options.ignoreResult ?? false;
}

function ignoresErrors(received: ReceivedTask): boolean {
  return ignoresResult(received) && received.task?.options.storeErrorsEvenIfIgnored !== true;
}

/** From a child process only its text comes. */
function resultOf({ value, resultText }: SuccessOutcome): unknown {
  if (value !== undefined || resultText === undefined) return value ?? null;
  return decodeJson(resultText, RESULT_LIMITS);
}
