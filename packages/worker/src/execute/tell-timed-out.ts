import { type AppRuntime, type FailureOutcome, notifyFailure, TimeLimitExceeded } from '@celeriac/core/internal';
import type { ReceivedTask } from '../request/received-task.ts';
import { deliveryInfoOf } from './delivery-info.ts';
import { isUnreadable, readBody } from './read-body.ts';

/**
 * Calls the handlers of a task, and those of the signal taskFailure, for a run that its hard time limit ended: its own process
 * cannot any more. Never rejects: what they throw is logged.
 * @see celery/worker/request.py on_timeout
 */
export async function tellTimedOut(
  received: ReceivedTask,
  outcome: FailureOutcome,
  runtime: AppRuntime,
  hostname: string,
): Promise<void> {
  const { task, request, message } = received;
  if (task === undefined || (task.hooks === undefined && !runtime.signals.taskFailure.hasListeners)) return;
  const body = received.body ?? readBody(message, request, runtime);
  if (isUnreadable(body)) return;
  const error = new TimeLimitExceeded(received.limits?.hardMs ?? outcome.runtimeMs);
  const environment = { runtime, hostname, isEager: false, abortSignal: () => AbortSignal.abort(error) };
  const invocation = { task, request, body, delivery: deliveryInfoOf(received) };
  try {
    await notifyFailure(invocation, environment, outcome, error);
  } catch (failure) {
    runtime.logger.error(`Handlers of ${request.task} failed`, { error: failure });
  }
}
