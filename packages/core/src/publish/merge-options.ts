import type { Settings } from '../settings/settings.ts';
import type { ApplyOptions } from '../task/apply-options.ts';
import type { ResolvedTaskOptions } from '../task/registered-task.ts';
import { checkedMoment } from './check-call.ts';
import { InvalidCallError } from './invalid-call-error.ts';
import type { RouteTable } from './route-table.ts';

/** The publish options that a task's own definition gives. */
const TASK_DEFAULTS = [
  'queue',
  'exchange',
  'routingKey',
  'priority',
  'serializer',
  'compression',
  'expires',
  'deliveryMode',
  'timeLimit',
  'softTimeLimit',
  'ignoreResult',
] as const;

/**
 * The options of one call: the caller's, else the task's, else the route's. What is then still open is up to the
 * settings.
 * @see celery/app/task.py apply_async, celery/app/routes.py Router.route
 */
export function mergeOptions(
  call: {
    readonly name: string;
    readonly args: readonly unknown[];
    readonly kwargs: { readonly [name: string]: unknown };
    readonly options: ApplyOptions;
  },
  task: ResolvedTaskOptions | undefined,
  routes: RouteTable,
): ApplyOptions {
  const { options } = call;
  const merged = task === undefined ? options : withTaskDefaults(options, task);
  const routed = routes.route(routedName(call), call.args, call.kwargs, merged);
  return routed === undefined ? merged : fill(merged, routed);
}

/** What runs a task many times goes where that task goes. @see celery/canvas.py _basemap.apply_async */
function routedName({
  name,
  kwargs,
}: {
  readonly name: string;
  readonly kwargs: { readonly [name: string]: unknown };
}): string {
  if (name !== 'celery.map' && name !== 'celery.starmap') return name;
  const inner = kwargs['task'];
  const task = typeof inner === 'object' && inner !== null && 'task' in inner ? inner.task : undefined;
  return typeof task === 'string' ? task : name;
}

/** When a call runs and when it is too late, as Unix milliseconds, or as the text that the caller gave. */
export interface CallTimes {
  readonly eta: number | string | null;
  readonly expires: number | string | null;
}

/**
 * @param now - Unix milliseconds
 * @throws {InvalidCallError} for a countdown, eta or expires that is no time, or when countdown and eta are given
 * @see celery/app/amqp.py as_task_v2: a countdown of 0 is no eta
 */
export function callTimes(options: ApplyOptions, now: number): CallTimes {
  const { countdown, eta, expires } = options;
  if (countdown !== undefined && eta !== undefined) {
    throw new InvalidCallError('eta', 'does not go together with countdown', { hint: 'Give one of them.' });
  }
  const delayed = countdown !== undefined && countdown !== 0;
  const start = delayed ? after('countdown', countdown, now) : eta === undefined ? null : moment('eta', eta);
  const end =
    expires === undefined || expires === null
      ? null
      : typeof expires === 'number'
        ? after('expires', expires, now)
        : moment('expires', expires);
  return { eta: start, expires: end };
}

/** Whether the settings' default priority applies; 0 is a priority too. */
export function priorityOf(options: ApplyOptions, settings: Settings, inherited: number | undefined): number | null {
  return (
    options.priority ??
    (settings.taskInheritParentPriority ? inherited : undefined) ??
    settings.taskDefaultPriority ??
    null
  );
}

function withTaskDefaults(options: ApplyOptions, task: ResolvedTaskOptions): ApplyOptions {
  let merged: { -readonly [name in keyof ApplyOptions]: ApplyOptions[name] } | undefined;
  for (const name of TASK_DEFAULTS) {
    if (options[name] !== undefined || task[name] === undefined || task[name] === null) continue;
    merged ??= { ...options };
    (merged as Record<string, unknown>)[name] = task[name];
  }
  return merged ?? options;
}

function fill(options: ApplyOptions, more: Partial<ApplyOptions>): ApplyOptions {
  const filled: Record<string, unknown> = { ...more };
  for (const [name, value] of Object.entries(options)) if (value !== undefined) filled[name] = value;
  return filled as ApplyOptions;
}

function after(name: string, seconds: number, now: number): number {
  return checkedMoment(name, now + seconds * 1000, seconds);
}

function moment(name: string, value: Date | string | number): number | string {
  if (typeof value === 'string') return value;
  return checkedMoment(name, typeof value === 'number' ? value : value.getTime(), value);
}
