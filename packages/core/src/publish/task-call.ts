import type { TaskCall } from '@celeriac/protocol';
import { type CurrentTask, currentTask } from '../execute/current-task.ts';
import type { AppRuntime } from '../runtime/app-runtime.ts';
import { signatureList } from '../signature/signature-like.ts';
import type { ApplyOptions } from '../task/apply-options.ts';
import type { RegisteredTask } from '../task/registered-task.ts';
import { checkLimits } from './check-call.ts';
import { callTimes, priorityOf } from './merge-options.ts';

/** What a call takes from outside its options. */
export interface CallSurroundings {
  readonly runtime: AppRuntime;
  /** `gen<pid>@<host>`. */
  readonly origin: string;
  readonly newId: () => string;
}

/**
 * The message of one call, before it is encoded. Inside a task the call becomes its child.
 * @throws {InvalidCallError} for times and limits that cannot be
 * @see celery/app/base.py send_task, celery/app/task.py apply_async
 */
export function taskCall(
  request: {
    readonly name: string;
    readonly args: readonly unknown[];
    readonly kwargs: { readonly [name: string]: unknown };
  },
  options: ApplyOptions,
  task: RegisteredTask | undefined,
  { runtime, origin, newId }: CallSurroundings,
): TaskCall {
  const parent = currentTask();
  const id = options.taskId ?? newId();
  checkLimits(options.timeLimit, options.softTimeLimit);
  const { eta, expires } = callTimes(options, runtime.clock.now());
  return {
    task: request.name,
    id,
    args: request.args,
    kwargs: request.kwargs,
    shadow: options.shadow ?? task?.options.shadowName?.(request.args, request.kwargs, options) ?? null,
    eta,
    expires,
    group: options.groupId,
    groupIndex: options.groupIndex,
    retries: options.retries,
    timeLimitSeconds: options.timeLimit,
    softTimeLimitSeconds: options.softTimeLimit,
    rootId: options.rootId ?? parent?.rootId ?? id,
    parentId: options.parentId ?? parent?.id ?? null,
    argsrepr: options.argsrepr,
    kwargsrepr: options.kwargsrepr,
    origin,
    ignoreResult: options.ignoreResult ?? runtime.settings.taskIgnoreResult,
    callbacks: options.link === undefined ? null : signatureList(options.link),
    errbacks: options.linkError === undefined ? null : signatureList(options.linkError),
    chain: options.chain === undefined ? null : signatureList(options.chain),
    chord: options.chord === undefined ? null : (signatureList(options.chord)[0] ?? null),
    headers: options.headers,
    replyTo: options.replyTo ?? runtime.replyTo,
    priority: priorityOf(options, runtime.settings, parent?.priority),
    deliveryMode: options.deliveryMode ?? runtime.settings.taskDefaultDeliveryMode,
    ...(options.replacedTaskNesting !== undefined && { replacedTaskNesting: options.replacedTaskNesting }),
    ...stampsOf(options, parent),
  };
}

/** Stamps of the running task go on to everything it sends. */
function stampsOf(options: ApplyOptions, parent: CurrentTask | undefined): Partial<TaskCall> {
  const names = new Set([...(parent?.stampedHeaders ?? []), ...(options.stampedHeaders ?? [])]);
  if (names.size === 0) return {};
  const stamps: Record<string, unknown> = Object.create(null);
  for (const name of names) {
    stamps[name] = options.stamps?.[name] ?? options.headers?.[name] ?? parent?.stamps?.[name] ?? null;
  }
  return { stampedHeaders: [...names], stamps };
}
