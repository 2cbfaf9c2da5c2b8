import { ConfigurationError, shownValue } from '../settings/configuration-error.ts';
import type { Settings } from '../settings/settings.ts';
import { checkTaskOptions } from './check-task-options.ts';
import type { ResolvedTaskOptions } from './registered-task.ts';
import type { TaskOptions } from './task-options.ts';

/**
 * A task's options with nothing left open: annotations win over the definition, that over the settings.
 * @throws {ConfigurationError} for an annotation that cannot be, a soft limit above the hard one
 * @see celery/app/task.py Task.from_config, celery/app/annotations.py
 */
export function resolveTaskOptions(name: string, own: TaskOptions, settings: Settings): ResolvedTaskOptions {
  const resolved: Record<string, unknown> = { ...defaults(settings) };
  const annotations = settings.taskAnnotations;
  const all = annotations !== undefined && Object.hasOwn(annotations, '*') ? annotations['*'] : undefined;
  const named = annotations !== undefined && Object.hasOwn(annotations, name) ? annotations[name] : undefined;
  take(resolved, own);
  if (all !== undefined) takeAnnotation(resolved, '*', all);
  if (named !== undefined) takeAnnotation(resolved, name, named);
  const { timeLimit, softTimeLimit } = resolved as unknown as ResolvedTaskOptions;
  if (typeof timeLimit === 'number' && typeof softTimeLimit === 'number' && softTimeLimit > timeLimit) {
    throw new ConfigurationError(
      `softTimeLimit of task "${name}"`,
      `must not be above timeLimit (${timeLimit}), got ${softTimeLimit}`,
    );
  }
  return Object.freeze(resolved) as unknown as ResolvedTaskOptions;
}

function take(resolved: Record<string, unknown>, options: TaskOptions): void {
  for (const [option, value] of Object.entries(options)) {
    if (value !== undefined && option in resolved) resolved[option] = value;
  }
}

function takeAnnotation(resolved: Record<string, unknown>, name: string, options: TaskOptions): void {
  checkTaskOptions(`taskAnnotations[${shownValue(name)}]`, options);
  take(resolved, options);
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
