import { type Clock, type ExceptionInfo, escapeForLog, type SignatureJson, type TaskRequest } from '@celeriac/protocol';
import { bindArguments } from '../execute/bind-arguments.ts';
import type { AppRuntime } from '../runtime/app-runtime.ts';
import type { RegisteredTask } from '../task/registered-task.ts';

/** A caller's errback must not hold up the conclusion of a task. */
const LONGEST_CALL_MS = 10_000;

/** The task that failed. */
export interface FailedTask {
  readonly id: string;
  readonly rootId: string;
  /** As its worker knew it; undefined for a task that never ran (the body of a failed chord). */
  readonly request: TaskRequest | undefined;
}

/**
 * Calls the errbacks of a failed task. Those that are registered here, unbound and take more than one argument run in
 * this process with `(request, exception, traceback)` and their own arguments, for at most ten seconds each; what goes
 * wrong with them is only logged. All others are sent as one group, with the failed task's id before their own arguments.
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
    if (await isDoneInTime(runtime.clock, task.run(...argumentsOf(runtime, task, errback, args)))) return;
    runtime.logger.error(
      `Errback ${escapeForLog(task.name)} takes longer than ${LONGEST_CALL_MS / 1000} seconds: it is left alone`,
    );
  } catch (error) {
    runtime.logger.error(`Errback ${escapeForLog(task.name)} failed: ${escapeForLog(String(error))}`);
  }
}

/** Keyword arguments reach their places only where the errback declares its parameters. */
function argumentsOf(
  { logger }: AppRuntime,
  task: RegisteredTask,
  errback: SignatureJson,
  args: readonly unknown[],
): readonly unknown[] {
  const { kwargs } = errback;
  const given = [...(errback.immutable ? [] : args), ...errback.args];
  const names = Object.keys(kwargs);
  if (names.length === 0) return given;
  if (Array.isArray(task.parameters)) return bindArguments(task, given, kwargs);
  const list = escapeForLog(names.join(', '));
  logger.warning(`Errback ${escapeForLog(task.name)} declares no parameters: it is called without ${list}`);
  return given;
}

/** Whether the work is done in time; its own error is thrown, unless it comes too late. */
async function isDoneInTime(clock: Clock, work: unknown): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = clock.setTimer(LONGEST_CALL_MS, () => resolve(false));
  try {
    return await Promise.race([Promise.resolve(work).then(() => true), promise]);
  } finally {
    timer.cancel();
  }
}
