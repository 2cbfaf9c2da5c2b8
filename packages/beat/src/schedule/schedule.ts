import type { TimeZone } from '../zone/time-zone.ts';
import type { ScheduleJson } from './schedule-json.ts';

/** What becomes of a time that the clocks leave out in spring. */
export type DaylightGap = 'next-valid' | 'skip';

/** How often a time comes in the hour that the clocks repeat in autumn. */
export type RepeatedHour = 'once' | 'twice';

/** What a schedule does not know by itself. */
export interface ScheduleContext {
  /** Where the wall hangs whose time the schedule means. */
  readonly zone: TimeZone;
  readonly daylightGap: DaylightGap;
  readonly repeatedHour: RepeatedHour;
}

/**
 * When something is due. A due time is a moment, in Unix milliseconds; the same question always has the same answer.
 * @see celery/schedules.py BaseSchedule
 */
export interface Schedule {
  /** @returns the first due time after `afterMs`; undefined when there is none any more */
  next(afterMs: number, context: ScheduleContext): number | undefined;
  /** In a few words, for lists. */
  describe(): string;
  /** What can be stored; undefined for a schedule that only this program has. */
  toJSON?(): ScheduleJson;
  /** Due times from before the entry was made count too: a single moment that has passed is not forgotten. */
  readonly startsInPast?: boolean;
}

/**
 * A schedule that is asked again and again, as Celery asks its schedules.
 * @see celery/schedules.py BaseSchedule.is_due
 */
export interface PolledSchedule {
  /**
   * @param lastRunAtMs - when it last ran, or when the entry was made
   * @returns whether it is due now, and in how many milliseconds to ask again
   */
  isDue(lastRunAtMs: number, nowMs: number): DueState;
  describe?(): string;
}

/** An answer of {@link PolledSchedule.isDue}. */
export interface DueState {
  readonly isDue: boolean;
  readonly nextMs: number;
}

export function isPolled(schedule: Schedule | PolledSchedule): schedule is PolledSchedule {
  return !('next' in schedule) && 'isDue' in schedule;
}
