import { nextLook, planRuns } from '../entry/plan-runs.ts';
import type { EntryState, ScheduleEntry } from '../entry/schedule-entry.ts';
import { isPolled } from '../schedule/schedule.ts';
import { EntryHeap } from '../scheduler/entry-heap.ts';
import type { Scheduled } from '../scheduler/scheduler.ts';

/** A run to come. */
export interface ComingRun {
  readonly entry: ScheduleEntry;
  /** When it is sent, Unix milliseconds. */
  readonly atMs: number;
}

/** When each entry is sent next, Unix milliseconds; those that never are, or cannot tell, are not in it. */
export function nextRuns(all: readonly Scheduled[], nowMs: number): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { entry, state } of all) {
    if (isPolled(entry.schedule)) continue;
    const next = nextLook(entry, state, nowMs);
    if (next !== undefined) found.set(entry.name, Math.max(next, nowMs));
  }
  return found;
}

/** The next runs of all entries, in order. Schedules that are asked anew each time have none that are known. */
export function comingRuns(all: readonly Scheduled[], nowMs: number, count: number): readonly ComingRun[] {
  const heap = new EntryHeap();
  const states = new Map<string, Scheduled>();
  const put = (entry: ScheduleEntry, state: EntryState, atMs: number | undefined): void => {
    states.set(entry.name, { entry, state });
    if (atMs !== undefined) heap.set({ name: entry.name, atMs, priority: entry.options.priority ?? 0 });
  };
  for (const { entry, state } of all) {
    if (!isPolled(entry.schedule)) put(entry, state, nextLook(entry, state, nowMs));
  }
  const coming: ComingRun[] = [];
  while (coming.length < count) {
    const top = heap.pop();
    if (top === undefined) break;
    const { entry, state } = states.get(top.name)!;
    const atMs = Math.max(top.atMs, nowMs);
    const plan = planRuns(entry, state, atMs);
    for (const _run of plan.runs.slice(0, count - coming.length)) coming.push({ entry, atMs });
    const after = { ...state, lastDueMs: plan.lastDueMs, totalRunCount: state.totalRunCount + plan.runs.length };
    put(entry, after, plan.nextMs);
  }
  return coming;
}
