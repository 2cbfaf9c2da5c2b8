import { ConfigurationError } from '../settings/configuration-error.ts';
import type { Settings } from '../settings/settings.ts';
import { type Around, annotationsOf, plainOptions, wrapAround } from './annotate-task.ts';
import { hooksOf } from './base-task.ts';
import type { ResolvedTaskOptions, TaskHooks } from './registered-task.ts';
import type { TaskOptions } from './task-options.ts';

/** What of a task is settled with the settings. */
export interface ResolvedTask {
  readonly options: ResolvedTaskOptions;
  readonly hooks: TaskHooks | undefined;
  readonly run: (...args: unknown[]) => unknown;
}

/**
 * A task's options, handlers and code with nothing left open: annotations win over the definition, that over its base
 * class, that over the settings.
 * @param own - the definition's options and handlers, those of its base class first
 * @throws {ConfigurationError} for an annotation that cannot be, a soft limit above the hard one
 * @see celery/app/task.py Task.from_config, Task.annotate
 */
export function resolveTask(
  name: string,
  own: readonly TaskOptions[],
  run: (...args: unknown[]) => unknown,
  settings: Settings,
  typing = true,
): ResolvedTask {
  const annotations = annotationsOf(name, settings.taskAnnotations);
  const all = [...own, ...annotations.map(plainOptions)] as readonly TaskOptions[];
  const options: Record<string, unknown> = { ...defaults(settings), typing };
  for (const some of all) take(options, some);
  const around: Around = new Map<string, (...args: never[]) => unknown>([
    ['run', run],
    ...(Object.entries(hooksOf(all) ?? {}) as [string, (...args: never[]) => unknown][]),
  ]);
  if (typeof options['shadowName'] === 'function') around.set('shadowName', options['shadowName'] as never);
  for (const annotation of annotations) wrapAround(name, annotation, around);
  if (around.has('shadowName')) options['shadowName'] = around.get('shadowName');
  const resolved = options as unknown as ResolvedTaskOptions;
  checkLimits(name, resolved);
  return {
    options: Object.freeze(resolved),
    hooks: hooksOf([Object.fromEntries(around) as TaskHooks]),
    run: around.get('run') as ResolvedTask['run'],
  };
}

function checkLimits(name: string, { timeLimit, softTimeLimit }: ResolvedTaskOptions): void {
  if (typeof timeLimit !== 'number' || typeof softTimeLimit !== 'number' || softTimeLimit <= timeLimit) return;
  throw new ConfigurationError(
    `softTimeLimit of task "${name}"`,
    `must not be above timeLimit (${timeLimit}), got ${softTimeLimit}`,
  );
}

function take(resolved: Record<string, unknown>, options: TaskOptions): void {
  for (const [option, value] of Object.entries(options)) {
    if (value !== undefined && option in resolved) resolved[option] = value;
  }
}

function defaults(settings: Settings): ResolvedTaskOptions {
  return {
    maxRetries: 3,
    defaultRetryDelay: 180,
    autoretryFor: [],
    dontAutoretryFor: [],
    retryKwargs: undefined,
    retryBackoff: false,
    retryBackoffMax: 600,
    retryJitter: true,
    rateLimit: settings.taskDefaultRateLimit,
    timeLimit: settings.taskTimeLimit,
    softTimeLimit: settings.taskSoftTimeLimit,
    ignoreResult: settings.taskIgnoreResult,
    storeErrorsEvenIfIgnored: settings.taskStoreErrorsEvenIfIgnored,
    trackStarted: settings.taskTrackStarted,
    acksLate: settings.taskAcksLate,
    acksOnFailureOrTimeout: settings.taskAcksOnFailureOrTimeout,
    acksOnFailure: settings.taskAcksOnFailure,
    acksOnTimeout: settings.taskAcksOnTimeout,
    rejectOnWorkerLost: settings.taskRejectOnWorkerLost,
    serializer: undefined,
    compression: undefined,
    throws: [],
    trail: true,
    sendEvents: true,
    expires: undefined,
    priority: undefined,
    queue: undefined,
    exchange: undefined,
    routingKey: undefined,
    deliveryMode: undefined,
    resultreprMaxsize: 1024,
    shadowName: undefined,
    typing: true,
  };
}
