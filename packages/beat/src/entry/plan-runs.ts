import { IntervalSchedule } from '../schedule/interval-schedule.ts';
import { isPolled, type PolledSchedule, type Schedule } from '../schedule/schedule.ts';
import { DAY_MS, MINUTE_MS } from '../zone/civil-time.ts';
import { jitterOf } from './jitter.ts';
import type { EntryState, ScheduleEntry } from './schedule-entry.ts';

/** What is to happen with an entry at a moment. */
export interface RunPlan {
  /** The due times to run now, oldest first. */
  readonly runs: readonly number[];
  /** Whether due times were left out, by the entry's policy. */
  readonly hasDropped: boolean;
  /** The last due time that is dealt with by this. */
  readonly lastDueMs: number | null;
  /** When to look at the entry again; undefined when it never runs again. */
  readonly nextMs: number | undefined;
}

/** A run that comes no later than this after its due time is not missed, only late. */
const LATE_MS = 5000;
/** More missed runs than these are sent in several goes. */
const MOST_RUNS = 1000;
/** A schedule's answer that makes no sense is not asked for again at once. */
const LEAST_POLL_MS = 10;

/** What is due of an entry at `nowMs`, by its policies. Throws what a schedule of the user's own throws. */
export function planRuns(entry: ScheduleEntry, state: EntryState, nowMs: number): RunPlan {
  const left = entry.maxRuns - state.totalRunCount - state.pending.length;
  if (left <= 0) return { runs: [], hasDropped: false, lastDueMs: state.lastDueMs, nextMs: undefined };
  if (isPolled(entry.schedule)) return pollRuns(entry, entry.schedule, state, nowMs);
  const slots = new Slots(entry, entry.schedule);
  const anchor = slots.anchorOf(state);
  const first = slots.next(anchor);
  if (first === undefined || slots.sentAt(first) > nowMs) {
    return { runs: [], hasDropped: false, lastDueMs: state.lastDueMs, nextMs: first && slots.sentAt(first) };
  }
  const { runs, last } =
    entry.missedRuns === 'all' ? allRuns(slots, entry, anchor, nowMs) : lastRun(slots, entry, first, nowMs);
  const granted = runs.slice(0, left);
  const next = granted.length === left ? undefined : slots.next(last);
  return {
    runs: granted,
    hasDropped: granted.length === 0 || granted[0] !== first,
    lastDueMs: last,
    nextMs: next && slots.sentAt(next),
  };
}

/** When an entry is next looked at; undefined when never. */
export function nextLook(entry: ScheduleEntry, state: EntryState, nowMs: number): number | undefined {
  if (!entry.isEnabled) return undefined;
  if (entry.maxRuns - state.totalRunCount - state.pending.length <= 0) return undefined;
  if (isPolled(entry.schedule)) return Math.max(nowMs, entry.startAtMs);
  const slots = new Slots(entry, entry.schedule);
  const next = slots.next(slots.anchorOf(state));
  return next && slots.sentAt(next);
}

interface Runs {
  readonly runs: readonly number[];
  readonly last: number;
}

function lastRun(slots: Slots, entry: ScheduleEntry, first: number, nowMs: number): Runs {
  const last = slots.lastSentBy(first, nowMs);
  const lateMs = nowMs - slots.sentAt(last);
  const isTooLate = lateMs > entry.startingDeadlineMs || (entry.missedRuns === 'skip' && lateMs > LATE_MS);
  return { runs: isTooLate ? [] : [last], last };
}

function allRuns(slots: Slots, entry: ScheduleEntry, anchor: number, nowMs: number): Runs {
  const runs: number[] = [];
  const oldest = nowMs - entry.startingDeadlineMs;
  let last = slots.skipTo(anchor, oldest);
  for (let slot = slots.next(last); slot !== undefined && slots.sentAt(slot) <= nowMs; slot = slots.next(slot)) {
    runs.push(slot);
    last = slot;
    if (runs.length === MOST_RUNS) break;
  }
  return { runs, last };
}

function pollRuns(entry: ScheduleEntry, schedule: PolledSchedule, state: EntryState, nowMs: number): RunPlan {
  const { lastDueMs } = state;
  if (nowMs < entry.startAtMs) return { runs: [], hasDropped: false, lastDueMs, nextMs: entry.startAtMs };
  if (nowMs > entry.endAtMs) return { runs: [], hasDropped: false, lastDueMs, nextMs: undefined };
  const { isDue, nextMs } = schedule.isDue(state.lastRunAtMs ?? state.sinceMs, nowMs);
  if (Number.isNaN(nextMs)) throw new TypeError('isDue() must say in how many milliseconds to ask again, got NaN');
  const next = Number.isFinite(nextMs) ? nowMs + Math.max(nextMs, LEAST_POLL_MS) : undefined;
  return { runs: isDue ? [nowMs] : [], hasDropped: false, lastDueMs: isDue ? nowMs : lastDueMs, nextMs: next };
}

/** The due times of one entry. */
class Slots {
  readonly #entry: ScheduleEntry;
  readonly #schedule: Schedule;

  constructor(entry: ScheduleEntry, schedule: Schedule) {
    this.#entry = entry;
    this.#schedule = schedule;
  }

  /** The moment after which due times count. */
  anchorOf({ lastDueMs, sinceMs }: EntryState): number {
    const { startAtMs } = this.#entry;
    const schedule = this.#schedule;
    if (lastDueMs === null && startAtMs !== Number.NEGATIVE_INFINITY && schedule instanceof IntervalSchedule) {
      return startAtMs - schedule.everyMs;
    }
    const anchor = lastDueMs ?? (schedule.startsInPast === true ? Number.NEGATIVE_INFINITY : sinceMs);
    return Math.max(anchor, startAtMs - 1);
  }

  next(afterMs: number): number | undefined {
    const slot = this.#schedule.next(afterMs, this.#entry.context);
    if (slot === undefined || slot > this.#entry.endAtMs) return undefined;
    if (!(slot > afterMs)) throw new TypeError(`next(${afterMs}) must give a later time, got ${slot}`);
    return slot;
  }

  /** A moment after which due times go on as they would after `afterMs`, leaving out those before `oldestMs`. */
  skipTo(afterMs: number, oldestMs: number): number {
    const schedule = this.#schedule;
    if (oldestMs - 1 <= afterMs) return afterMs;
    if (!(schedule instanceof IntervalSchedule)) return oldestMs - 1;
    return afterMs + Math.floor((oldestMs - 1 - afterMs) / schedule.everyMs) * schedule.everyMs;
  }

  /** When the run of a due time is sent. */
  sentAt(slot: number): number {
    return slot + jitterOf(this.#entry.name, slot, this.#entry.jitterMs);
  }

  /** The last due time whose run is to be sent by `nowMs`. @param first - the first one, which is */
  lastSentBy(first: number, nowMs: number): number {
    let last = this.#near(first, nowMs);
    for (let slot = this.next(last); slot !== undefined && this.sentAt(slot) <= nowMs; slot = this.next(slot))
      last = slot;
    return last;
  }

  /** A due time of which there are few more before `nowMs`, however many there are since `first`. */
  #near(first: number, nowMs: number): number {
    const schedule = this.#schedule;
    const untilMs = nowMs - this.#entry.jitterMs;
    if (schedule instanceof IntervalSchedule && !schedule.relative) {
      return (
        first +
        Math.max(0, Math.floor((Math.min(untilMs, this.#entry.endAtMs) - first) / schedule.everyMs)) * schedule.everyMs
      );
    }
    for (let span = MINUTE_MS; untilMs - span > first; span = Math.min(span * 4, span + 400 * DAY_MS)) {
      const slot = this.next(untilMs - span);
      if (slot !== undefined && slot <= untilMs) return slot;
    }
    return first;
  }
}
