import type { PeriodicEntry } from '@celeriac/core';
import { isoTime } from '@celeriac/protocol';
import { isPolled } from '../schedule/schedule.ts';
import type { ScheduleJson } from '../schedule/schedule-json.ts';
import { BeatEntryError } from './beat-entry-error.ts';
import type { ScheduleEntry } from './schedule-entry.ts';

/** A periodic task as it is stored: all of a `PeriodicEntry`, its schedule as JSON. */
export type EntryJson = Omit<PeriodicEntry, 'schedule'> & { readonly schedule: ScheduleJson };

/**
 * What is stored of an entry that was checked.
 * @param given - what it was read from
 * @throws {BeatEntryError} for what only this program has: functions, schedules of one's own
 */
export function entryJson(entry: ScheduleEntry, given: PeriodicEntry): EntryJson {
  const { schedule, name } = entry;
  const json = isPolled(schedule) ? undefined : schedule.toJSON?.();
  if (json === undefined)
    throw new BeatEntryError(name, 'schedule', 'is an object of this program, which cannot be stored');
  for (const value of [...entry.args, ...Object.values(entry.kwargs)]) {
    if (typeof value === 'function') throw new BeatEntryError(name, 'args', 'hold a function, which cannot be stored');
  }
  const { startAtMs, endAtMs, args, kwargs, options, task } = entry;
  return {
    ...given,
    task,
    args,
    kwargs,
    options,
    ...(Number.isFinite(startAtMs) && { startAt: isoTime(startAtMs) }),
    ...(Number.isFinite(endAtMs) && { endAt: isoTime(endAtMs) }),
    schedule: json,
  };
}
