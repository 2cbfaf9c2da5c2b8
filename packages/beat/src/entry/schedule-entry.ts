import type { ApplyOptions } from '@celeriac/core';
import type { PolledSchedule, Schedule, ScheduleContext } from '../schedule/schedule.ts';

/** Where an entry was defined. */
export type EntryOrigin = 'config' | 'code' | 'dynamic' | 'builtin';

/**
 * One periodic task, checked and complete. What changes while it runs is in its {@link EntryState}.
 * @see celery/beat.py ScheduleEntry
 */
export interface ScheduleEntry {
  readonly name: string;
  readonly origin: EntryOrigin;
  readonly task: string;
  readonly schedule: Schedule | PolledSchedule;
  readonly context: ScheduleContext;
  /** Functions among them are called each time the task is sent. */
  readonly args: readonly unknown[];
  readonly kwargs: { readonly [name: string]: unknown };
  readonly options: ApplyOptions;
  readonly isEnabled: boolean;
  readonly maxRuns: number;
  /** Unix milliseconds; -Infinity for no start. */
  readonly startAtMs: number;
  /** Unix milliseconds; Infinity for no end. */
  readonly endAtMs: number;
  readonly jitterMs: number;
  readonly missedRuns: 'skip' | 'once' | 'all';
  /** Infinity for none. */
  readonly startingDeadlineMs: number;
  readonly overlap: 'allow' | 'skip';
  readonly isForeign: boolean;
  readonly description: string | undefined;
}

/** A run that was decided on and is not known to be sent. */
export interface PendingRun {
  /** The due time, Unix milliseconds. */
  readonly dueMs: number;
  /** The id of its message. */
  readonly id: string;
}

/** What is remembered of an entry. Times are Unix milliseconds. */
export interface EntryState {
  /** When the entry was first seen: earlier due times do not count. */
  readonly sinceMs: number;
  /** The last due time that was dealt with. */
  readonly lastDueMs: number | null;
  /** When it was last sent. */
  readonly lastRunAtMs: number | null;
  readonly lastTaskId: string | null;
  readonly totalRunCount: number;
  /** Claimed runs; sent again, under the same ids, by whoever finds them. */
  readonly pending: readonly PendingRun[];
  /** How many of the wishes to run at once were granted. */
  readonly runNowDone: number;
}

/** The state of an entry that has never run. */
export function newState(sinceMs: number): EntryState {
  return {
    sinceMs,
    lastDueMs: null,
    lastRunAtMs: null,
    lastTaskId: null,
    totalRunCount: 0,
    pending: [],
    runNowDone: 0,
  };
}
