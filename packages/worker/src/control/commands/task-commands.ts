import { constants } from 'node:os';
import { escapeForLog, isRecord, pythonRepr } from '@celeriac/protocol';
import { stampValues } from '../../hold/revoked-stamps.ts';
import type { ReceivedTask } from '../../request/received-task.ts';
import { textsOf } from '../command-arguments.ts';
import { failed, ok, type PanelCommand } from '../command-code.ts';
import { CommandError } from '../command-error.ts';
import type { ControlPanel } from '../control-panel.ts';
import { markRevoked } from '../mark-revoked.ts';

/** `revoke`: these tasks are not run; with `terminate`, those that run are ended. @see celery/worker/control.py revoke */
export const revoke: PanelCommand = (panel, args) => {
  const ids = new Set(textsOf('revoke', 'task_id', args['task_id']));
  return revokeTasks(panel, ids, args['terminate'] === true, args['signal']);
};

/** `terminate`: as `revoke` with `terminate`. */
export const terminate: PanelCommand = (panel, args) =>
  revokeTasks(panel, new Set(textsOf('terminate', 'task_id', args['task_id'])), true, args['signal']);

/** `revoke_by_stamped_headers`: the same for tasks that bear stamps. */
export const revokeByStampedHeaders: PanelCommand = (panel, args) => {
  const headers = readStamps(args['headers']);
  const signal = signalOf(args['signal']);
  for (const [stamp, values] of headers) panel.tasks.revokeStamped(stamp, values);
  if (args['terminate'] !== true) return ok(`headers ${shown(headers)} flagged as revoked, but not terminated`);
  const ended = new Map<string, string[]>();
  const active = new Set(panel.tasks.activeTasks);
  // What waits may be starting just now, unknown to this process.
  for (const received of [...active, ...panel.tasks.reservedTasks]) {
    const matching = matchingStamps(received, headers);
    if (matching.size === 0) continue;
    for (const [stamp, values] of active.has(received) ? matching : [])
      ended.set(stamp, [...new Set([...(ended.get(stamp) ?? []), ...values])]);
    panel.pool.terminate(received, signal);
  }
  return ok(ended.size === 0 ? `headers ${shown(headers)} were not terminated` : `headers ${shown(ended)} revoked`);
};

/** `rate_limit`: how often tasks of a type may start. */
export const rateLimit: PanelCommand = (panel, args) => {
  const [task, rate] = [args['task_name'] as string, args['rate_limit']];
  const problem = rateProblem(rate);
  if (problem !== undefined) return failed(`Invalid rate limit string: ${problem}`);
  if (!panel.runtime.tasks.has(task)) return failed('unknown task');
  const isUnlimited = rate === 0 || /^0+(\.0+)?(\/[smh])?$/.test(String(rate));
  panel.setRateLimit(task, isUnlimited ? null : (rate as string | number));
  return ok(isUnlimited ? 'rate limit disabled successfully' : 'new rate limit set successfully');
};

/** `time_limit`: how long tasks of a type may run. */
export const timeLimit: PanelCommand = (panel, args) => {
  const task = args['task_name'] as string;
  const [soft, hard] = [(args['soft'] ?? null) as number | null, (args['hard'] ?? null) as number | null];
  if (!panel.runtime.tasks.has(task)) return failed('unknown task');
  for (const limit of [soft, hard]) {
    if (limit !== null && limit <= 0) return failed('time limits must be above 0 seconds');
  }
  if (soft !== null && hard !== null && soft > hard) return failed('the soft time limit is above the hard one');
  panel.setTimeLimits(task, { soft, hard });
  return ok('time limits set successfully');
};

function revokeTasks(panel: ControlPanel, ids: ReadonlySet<string>, isTerminating: boolean, signal: unknown): unknown {
  const { tasks, runtime, pool } = panel;
  const name = isTerminating ? signalOf(signal) : 'SIGTERM';
  // What waits may be starting just now, unknown to this process.
  const ending = [...tasks.activeTasks, ...tasks.reservedTasks].filter(({ id }) => ids.has(id));
  const found = new Set(ending.map(({ id }) => id));
  for (const id of ids) if (tasks.scheduledTasksOf(id).length > 0) found.add(id);
  tasks.revoke([...ids]);
  void markRevoked(
    [...ids].filter((id) => !found.has(id)),
    runtime,
  );
  if (!isTerminating) {
    runtime.logger.info(`Tasks flagged as revoked: ${escapeForLog([...ids].join(', '), 500)}`);
    return ok(`tasks ${[...ids].join(', ')} flagged as revoked`);
  }
  for (const received of ending) {
    runtime.logger.info(`Terminating ${escapeForLog(received.id, 255)} (${name})`);
    pool.terminate(received, name);
  }
  return ok(found.size === 0 ? 'terminate: tasks unknown' : `terminate: ${[...found].join(', ')}`);
}

/** A signal by name, with or without `SIG`, or by number. @throws {CommandError} for anything else */
function signalOf(signal: unknown): NodeJS.Signals {
  if (signal === undefined || signal === null) return 'SIGTERM';
  const known = Object.entries(constants.signals);
  const name = typeof signal === 'string' ? signal.toUpperCase() : '';
  const found = known.find(([one, number]) => one === name || one === `SIG${name}` || number === signal);
  if (found !== undefined) return found[0] as NodeJS.Signals;
  throw new CommandError('ValueError', `unknown signal ${pythonRepr(signal, 60)}`);
}

/** @returns what is wrong with it, in Python's words */
function rateProblem(rate: unknown): string | undefined {
  if (typeof rate === 'number') {
    return rate >= 0 && Number.isFinite(rate) ? undefined : `ValueError("not a rate: ${rate}")`;
  }
  if (typeof rate !== 'string') return `TypeError('${pythonRepr(rate, 60).replaceAll("'", '')} is no rate')`;
  if (/^\d+(\.\d+)?(\/[smh])?$/.test(rate)) return undefined;
  const [number = ''] = rate.split('/');
  return `ValueError("could not convert string to float: ${pythonRepr(number, 60)}")`;
}

/** Values by stamp, out of an object or out of `key=value` texts. @throws {CommandError} for anything else */
function readStamps(headers: unknown): ReadonlyMap<string, readonly string[]> {
  const stamps = new Map<string, readonly string[]>();
  if (isRecord(headers)) {
    for (const [name, value] of Object.entries(headers)) stamps.set(name, stampValues(value));
    return stamps;
  }
  for (const pair of textsOf('revoke_by_stamped_headers', 'headers', headers)) {
    const at = pair.indexOf('=');
    if (at <= 0) throw new CommandError('ValueError', `not key=value: ${pythonRepr(pair, 60)}`);
    const name = pair.slice(0, at);
    stamps.set(name, [...(stamps.get(name) ?? []), pair.slice(at + 1)]);
  }
  return stamps;
}

function matchingStamps(
  { request }: ReceivedTask,
  headers: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, readonly string[]> {
  const matching = new Map<string, readonly string[]>();
  for (const [name, values] of headers) {
    const common = stampValues(request.stamps[name]).filter((value) => values.includes(value));
    if (common.length > 0) matching.set(name, common);
  }
  return matching;
}

function shown(stamps: ReadonlyMap<string, readonly string[]>): string {
  return pythonRepr(Object.fromEntries(stamps));
}
