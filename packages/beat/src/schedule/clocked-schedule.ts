import { escapeForLog, isoTime, parseIsoTime } from '@celeriac/protocol';
import type { Schedule } from './schedule.ts';
import { ScheduleError } from './schedule-error.ts';
import type { ScheduleJson } from './schedule-json.ts';

/** Once, at a given moment. One that has passed when the entry is made is due at once. */
export class ClockedSchedule implements Schedule {
  readonly atMs: number;
  readonly startsInPast: boolean = true;

  constructor(atMs: number) {
    if (!Number.isFinite(atMs)) throw new ScheduleError('at', 'is no date', String(atMs));
    this.atMs = atMs;
  }

  next(afterMs: number): number | undefined {
    return this.atMs > afterMs ? this.atMs : undefined;
  }

  describe(): string {
    return `once at ${isoTime(this.atMs)}`;
  }

  toJSON(): ScheduleJson {
    return { type: 'clocked', at: isoTime(this.atMs) };
  }
}

/**
 * Once, at a given moment: a date, Unix milliseconds, or ISO text with its offset from Greenwich.
 * @throws {ScheduleError}
 */
export function clocked(at: Date | number | string): ClockedSchedule {
  if (typeof at !== 'string') return new ClockedSchedule(at instanceof Date ? at.getTime() : at);
  try {
    return new ClockedSchedule(parseIsoTime(at));
  } catch (cause) {
    throw new ScheduleError('at', `is no ISO 8601 time: "${escapeForLog(at, 40)}"`, escapeForLog(at, 40), {
      cause,
      hint: 'Write 2026-03-29T09:00:00+02:00.',
    });
  }
}
