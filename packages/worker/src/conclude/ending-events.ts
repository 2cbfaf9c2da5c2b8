import { constants } from 'node:os';
import { RESULT_LIMITS } from '@celeriac/backend';
import type { FailureOutcome, RetryOutcome, RevokedOutcome, SuccessOutcome } from '@celeriac/core/internal';
import { decodeJson, type EventFields, exceptionRepr, pythonRepr } from '@celeriac/protocol';
import type { Ending } from '../request/ending.ts';
import type { ReceivedTask } from '../request/received-task.ts';
import type { TaskEvent } from '../request/task-event.ts';
import type { Conclusion, FailureConclusion } from './conclusion.ts';

/** Characters of results, where the task says nothing. */
const LONGEST_RESULT = 1024;
/** Beyond this a result is not decoded only to be shown. */
const LONGEST_DECODED = 100_000;
/** Characters of tracebacks. */
const LONGEST_TRACEBACK = 65_536;

/**
 * What monitors are told of the way a task ended, in Celery's words and order.
 * @see celery/worker/request.py on_success, on_failure, on_retry, reject, _announce_revoked
 */
export function endingEvents(received: ReceivedTask, ending: Ending, conclusion: Conclusion): readonly TaskEvent[] {
  const uuid = received.request.id;
  switch (ending.kind) {
    case 'success':
      return [succeeded(received, ending)];
    case 'retry':
      return [{ type: 'task-retried', fields: { uuid, ...retriedFields(ending) } }];
    case 'revoked':
      return [{ type: 'task-revoked', fields: { uuid, ...revokedFields(ending) } }];
    case 'reject':
      return [{ type: 'task-rejected', fields: { uuid, requeue: ending.requeue } }];
    case 'repeated':
    case 'replace':
    case 'ignore':
      return [];
    case 'failure':
      return failed(received, ending, conclusion);
    case 'unreadable':
    case 'poison':
      return conclusion.kind === 'failure' ? [failedEvent(uuid, conclusion.cause)] : [];
  }
}

function succeeded(received: ReceivedTask, ending: SuccessOutcome): TaskEvent {
  const limit = received.task?.options.resultreprMaxsize ?? LONGEST_RESULT;
  const fields: EventFields['task-succeeded'] = {
    uuid: received.request.id,
    result: shownResult(ending, limit),
    runtime: ending.runtimeMs / 1000,
  };
  return { type: 'task-succeeded', fields };
}

/** A message that went back, or was turned down, is told of as such; what was given back has not failed. */
function failed(received: ReceivedTask, ending: FailureOutcome, { kind, settle }: Conclusion): readonly TaskEvent[] {
  const uuid = received.request.id;
  const told = failedEvent(uuid, ending);
  if (received.acknowledged || settle === 'ack' || ending.cause === 'not-registered') return [told];
  const rejected: TaskEvent = { type: 'task-rejected', fields: { uuid, requeue: settle === 'requeue' } };
  return kind === 'plain' ? [rejected] : [rejected, told];
}

function failedEvent(uuid: string, { exception, traceback }: FailureConclusion['cause']): TaskEvent {
  const fields: EventFields['task-failed'] = { uuid, exception: exceptionRepr(exception) };
  if (traceback !== null) fields.traceback = cut(traceback);
  return { type: 'task-failed', fields };
}

function retriedFields({ exception, traceback }: RetryOutcome): Omit<EventFields['task-retried'], 'uuid'> {
  return { exception: exception === null ? 'None' : exceptionRepr(exception), traceback: cut(traceback ?? '') };
}

function revokedFields({ reason, signal }: RevokedOutcome): Omit<EventFields['task-revoked'], 'uuid'> {
  return { terminated: reason === 'terminated', signum: signalNumber(signal), expired: reason === 'expired' };
}

/** `SIGTERM` or `TERM` → 15; what has no number stays as it is. */
function signalNumber(signal: string | null): number | string | null {
  if (signal === null) return null;
  const numbers: { readonly [name: string]: number | undefined } = constants.signals;
  return numbers[signal] ?? numbers[`SIG${signal}`] ?? signal;
}

function shownResult({ value, resultText }: SuccessOutcome, limit: number): string {
  if (value !== undefined || resultText === undefined) return pythonRepr(value ?? null, limit);
  if (/^-?\d{1,15}$/.test(resultText)) return resultText;
  if (resultText.length > LONGEST_DECODED) return `${resultText.slice(0, limit)}...`;
  return pythonRepr(decodeJson(resultText, RESULT_LIMITS), limit);
}

function cut(traceback: string): string {
  return traceback.length <= LONGEST_TRACEBACK ? traceback : `${traceback.slice(0, LONGEST_TRACEBACK)}...`;
}
