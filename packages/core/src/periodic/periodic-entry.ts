import type { ApplyOptions } from '../task/apply-options.ts';

/**
 * When a periodic task is due: seconds, text (`'5 minutes'`, a crontab such as `'30 2 * * 0'`), a date for a single run,
 * or a schedule of `@celeriac/beat`, which reads it.
 */
export type PeriodicSchedule = number | string | Date | object;

/** A moment: a date, ISO text, or Unix milliseconds. */
export type Moment = Date | string | number;

/** The rules that one periodic task follows. What is left out is as in Celery. */
export interface PeriodicPolicies {
  /** false = paused. Default true */
  readonly enabled?: boolean | undefined;
  /** The zone whose time on the wall the schedule means, an IANA name. Default: the setting `timezone`. */
  readonly timezone?: string | undefined;
  /** Intervals: round down to whole days, hours or minutes. Default false */
  readonly relative?: boolean | undefined;
  /** Stop after so many runs. */
  readonly maxRuns?: number | undefined;
  /** Short for `maxRuns: 1`. */
  readonly oneOff?: boolean | undefined;
  /** Nothing is due before this. */
  readonly startAt?: Moment | undefined;
  /** Nothing is due after this. */
  readonly endAt?: Moment | undefined;
  /** Send up to so many seconds later, by an amount that depends on the entry and the due time. Default 0 */
  readonly jitter?: number | undefined;
  /** A time that the clocks leave out in spring comes right after the gap, or not at all. Default `next-valid` */
  readonly daylightGap?: 'next-valid' | 'skip' | undefined;
  /** How often a time comes in the hour that the clocks repeat in autumn. Default `once` */
  readonly repeatedHour?: 'once' | 'twice' | undefined;
  /** What becomes of runs that came while no beat was running: none, one, or all of them. Default `once` */
  readonly missedRuns?: 'skip' | 'once' | 'all' | undefined;
  /** Missed runs older than so many seconds are dropped. Default: the setting `beatCronStartingDeadline`. */
  readonly startingDeadline?: number | null | undefined;
  /** Whether it is sent although the last run has not finished, which needs a result store to know. Default `allow` */
  readonly overlap?: 'allow' | 'skip' | undefined;
  /** Another application has the task: no warning that it is unknown here. */
  readonly foreign?: boolean | undefined;
  /** For people. */
  readonly description?: string | undefined;
}

/**
 * One periodic task, as `beatSchedule` holds them by name.
 * @see celery/beat.py ScheduleEntry
 */
export interface PeriodicEntry extends PeriodicPolicies {
  /** Name of the task. */
  readonly task: string;
  readonly schedule: PeriodicSchedule;
  /** Positional arguments. Functions among them are called each time the task is sent. */
  readonly args?: readonly unknown[] | undefined;
  /** Arguments by name; functions as in `args`. */
  readonly kwargs?: { readonly [name: string]: unknown } | undefined;
  /** Options of every call: queue, expires, priority … */
  readonly options?: ApplyOptions | undefined;
}

/** Entries by their names. */
export type PeriodicEntries = { readonly [name: string]: PeriodicEntry };
