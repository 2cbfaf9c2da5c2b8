import { type ExceptionInfo, escapeForLog, type SignatureJson, type TaskRequest } from '@celeriac/protocol';
import type { AppRuntime } from '../runtime/app-runtime.ts';
import type { RegisteredTask } from '../task/registered-task.ts';

/** The task that failed. */
export interface FailedTask {
  readonly id: string;
  readonly rootId: string;
  /** As its worker knew it; undefined for a task that never ran (the body of a failed chord). */
  readonly request: TaskRequest | undefined;
}

/**
 * Calls the errbacks of a failed task. Those that are registered here, unbound and take more than one argument run in
 * this process with `(request, exception, traceback)`; an error of theirs is only logged. All others are sent as one
 * group, with the failed task's id before their own arguments.
 * @see celery/backends/base.py _call_task_errbacks
 */
export async function applyErrbacks(
  runtime: AppRuntime,
  errbacks: readonly SignatureJson[],
  failed: FailedTask,
  cause: { readonly exception: ExceptionInfo; readonly traceback: string | null },
): Promise<void> {
  const sent: SignatureJson[] = [];
  for (const errback of errbacks) {
    const task = runtime.tasks.get(errback.task);
    if (task !== undefined && isNewStyle(task))
      await callHere(runtime, task, errback, [failed.request ?? { id: failed.id }, cause.exception, cause.traceback]);
    else sent.push(errback);
  }
  if (sent.length === 0) return;
  const group: SignatureJson = {
    task: 'celery.group',
    args: [],
    kwargs: { tasks: sent },
    options: {},
    subtask_type: 'group',
    immutable: false,
  };
  await runtime.publisher.applySignatures([
    { signature: group, args: [failed.id], options: { parent_id: failed.id, root_id: failed.rootId } },
  ]);
}

function isNewStyle(task: RegisteredTask): boolean {
  return !task.bind && (task.parameters?.length ?? task.run.length) > 1;
}

async function callHere(
  runtime: AppRuntime,
  task: RegisteredTask,
  errback: SignatureJson,
  args: readonly unknown[],
): Promise<void> {
  try {
    await task.run(...(errback.immutable ? [] : args), ...errback.args);
  } catch (error) {
    runtime.logger.error(`Errback ${escapeForLog(task.name)} failed: ${escapeForLog(String(error))}`);
  }
}
