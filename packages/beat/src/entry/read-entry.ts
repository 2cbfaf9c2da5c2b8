import type { ApplyOptions, Moment, PeriodicEntry } from '@celeriac/core';
import { checkCall, fromWireOptions } from '@celeriac/core/internal';
import { closest, describeType, escapeForLog, isCeleriacError, isRecord, parseIsoTime } from '@celeriac/protocol';
import { readSchedule } from '../schedule/read-schedule.ts';
import { TimeZone } from '../zone/time-zone.ts';
import { BeatEntryError } from './beat-entry-error.ts';
import type { EntryOrigin, ScheduleEntry } from './schedule-entry.ts';

/** What entries take when they say nothing. */
export interface EntryDefaults {
  /** An IANA name. */
  readonly timezone: string;
  /** Infinity for none. */
  readonly startingDeadlineMs: number;
}

const FIELDS: ReadonlySet<string> = new Set<keyof PeriodicEntry>([
  'task',
  'schedule',
  'args',
  'kwargs',
  'options',
  'enabled',
  'timezone',
  'relative',
  'maxRuns',
  'oneOff',
  'startAt',
  'endAt',
  'jitter',
  'daylightGap',
  'repeatedHour',
  'missedRuns',
  'startingDeadline',
  'overlap',
  'foreign',
  'description',
]);
const LONGEST_NAME = 200;
const LONGEST_JITTER_SECONDS = 86_400;

/**
 * Checks a periodic task and fills in what it does not say. Options may have Python's names.
 * @throws {BeatEntryError} naming entry and field
 */
export function readEntry(name: string, given: unknown, defaults: EntryDefaults, origin: EntryOrigin): ScheduleEntry {
  const fail = (field: string, problem: string, hint?: string, cause?: unknown): BeatEntryError =>
    new BeatEntryError(name, field, problem, {
      ...(hint !== undefined && { hint }),
      ...(cause !== undefined && { cause }),
    });
  if (name === '' || name.length > LONGEST_NAME) throw fail('its name', `must have 1 to ${LONGEST_NAME} characters`);
  if (!isRecord(given)) throw fail('it', `must be an object, got ${describeType(given)}`);
  checkFields(given, fail);
  const fields = given as Partial<PeriodicEntry>;
  const call = readCall(fields, fail);
  const start = momentOf('startAt', fields.startAt, fail) ?? Number.NEGATIVE_INFINITY;
  const end = momentOf('endAt', fields.endAt, fail) ?? Number.POSITIVE_INFINITY;
  if (end < start) throw fail('endAt', 'is before startAt');
  const schedule = attempt('schedule', fail, () => readSchedule(fields.schedule, fields.relative === true));
  const zone = attempt('timezone', fail, () =>
    TimeZone.of(textOf('timezone', fields.timezone, defaults.timezone, fail)),
  );
  const maxRuns = fields.oneOff === true ? 1 : numberOf('maxRuns', fields.maxRuns, 1, Number.MAX_SAFE_INTEGER, fail);
  const deadline =
    fields.startingDeadline === null ? undefined : numberOf('startingDeadline', fields.startingDeadline, 0, 1e10, fail);
  return {
    name,
    origin,
    ...call,
    schedule,
    context: {
      zone,
      daylightGap: choiceOf('daylightGap', fields.daylightGap, ['next-valid', 'skip'], fail),
      repeatedHour: choiceOf('repeatedHour', fields.repeatedHour, ['once', 'twice'], fail),
    },
    isEnabled: fields.enabled !== false,
    maxRuns: maxRuns ?? Number.POSITIVE_INFINITY,
    startAtMs: start,
    endAtMs: end,
    jitterMs: Math.round((numberOf('jitter', fields.jitter, 0, LONGEST_JITTER_SECONDS, fail) ?? 0) * 1000),
    missedRuns: choiceOf('missedRuns', fields.missedRuns, ['once', 'skip', 'all'], fail),
    startingDeadlineMs:
      fields.startingDeadline === null
        ? Number.POSITIVE_INFINITY
        : deadline === undefined
          ? defaults.startingDeadlineMs
          : deadline * 1000,
    overlap: choiceOf('overlap', fields.overlap, ['allow', 'skip'], fail),
    isForeign: fields.foreign === true,
    description: fields.description,
  };
}

type Fail = (field: string, problem: string, hint?: string, cause?: unknown) => BeatEntryError;

function readCall(
  { task, args = [], kwargs = {}, options = {} }: Partial<PeriodicEntry>,
  fail: Fail,
): Pick<ScheduleEntry, 'task' | 'args' | 'kwargs' | 'options'> {
  if (typeof task !== 'string') throw fail('task', `must be the name of a task, got ${describeType(task)}`);
  if (!Array.isArray(args))
    throw fail('args', `must be a list, got ${describeType(args)}`, 'Write [x] for one argument.');
  if (!isRecord(kwargs)) throw fail('kwargs', `must be an object, got ${describeType(kwargs)}`);
  if (!isRecord(options)) throw fail('options', `must be an object, got ${describeType(options)}`);
  const own = Object.fromEntries(Object.entries(options).filter(([name]) => !name.includes('_')));
  const python = Object.fromEntries(Object.entries(options).filter(([name]) => name.includes('_')));
  const converted = fromWireOptions(python);
  if (
    Object.keys(converted).length <
    Object.values(python).filter((value) => value !== null && value !== undefined).length
  ) {
    throw fail('options', `have an unknown name among ${Object.keys(python).join(', ')}`);
  }
  const merged = { ...own, ...converted } as ApplyOptions;
  if (merged.taskId !== undefined) throw fail('options', 'give a taskId: every run would have the same');
  attempt('options', fail, () => checkCall(task, args, { ...merged, kwargs }, false));
  return { task, args, kwargs, options: merged };
}

function checkFields(given: object, fail: Fail): void {
  for (const field of Object.keys(given)) {
    if (FIELDS.has(field)) continue;
    const near = closest(field, FIELDS);
    throw fail(escapeForLog(field, 40), 'is no part of a periodic task', near && `Did you mean ${near}?`);
  }
  for (const field of ['enabled', 'relative', 'oneOff', 'foreign'] as const) {
    const value = (given as Partial<PeriodicEntry>)[field];
    if (value !== undefined && typeof value !== 'boolean')
      throw fail(field, `must be true or false, got ${describeType(value)}`);
  }
  const { description } = given as { description?: unknown };
  if (description !== undefined && typeof description !== 'string') throw fail('description', 'must be text');
}

function momentOf(field: string, value: Moment | undefined, fail: Fail): number | undefined {
  if (value === undefined || value === null) return undefined;
  const ms = attempt(field, fail, () =>
    value instanceof Date ? value.getTime() : typeof value === 'string' ? parseIsoTime(value) : value,
  );
  if (typeof ms !== 'number' || !Number.isFinite(ms))
    throw fail(field, 'must be a date, ISO 8601 text, or Unix milliseconds');
  return ms;
}

function numberOf(field: string, value: unknown, least: number, most: number, fail: Fail): number | undefined {
  if (value === undefined || value === null) return undefined;
  const isRight =
    typeof value === 'number' && value >= least && value <= most && (field !== 'maxRuns' || Number.isInteger(value));
  if (!isRight)
    throw fail(
      field,
      `must be a number from ${least} on, got ${typeof value === 'number' ? value : describeType(value)}`,
    );
  return value;
}

function choiceOf<Choice extends string>(
  field: string,
  value: Choice | undefined,
  choices: readonly [Choice, ...Choice[]],
  fail: Fail,
): Choice {
  if (value === undefined) return choices[0];
  if (choices.includes(value)) return value;
  throw fail(
    field,
    `must be one of ${choices.join(', ')}, got ${typeof value === 'string' ? `"${escapeForLog(value, 40)}"` : describeType(value)}`,
  );
}

function textOf(field: string, value: unknown, fallback: string, fail: Fail): string {
  if (value === undefined || value === null) return fallback;
  if (typeof value === 'string') return value;
  throw fail(field, `must be text, got ${describeType(value)}`);
}

function attempt<T>(field: string, fail: Fail, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof BeatEntryError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw fail(field, `- ${message}`, isCeleriacError(error) ? error.hint : undefined, error);
  }
}
