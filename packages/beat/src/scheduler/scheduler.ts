import { nextLook, planRuns, type RunPlan } from '../entry/plan-runs.ts';
import { runId } from '../entry/run-id.ts';
import type { EntryState, PendingRun, ScheduleEntry } from '../entry/schedule-entry.ts';
import { EntryHeap } from './entry-heap.ts';

/** An entry and what is remembered of it. */
export interface Scheduled {
  readonly entry: ScheduleEntry;
  readonly state: EntryState;
}

/** An entry that is due. */
export interface DueEntry extends Scheduled {
  /** With `runs` among the pending ones. */
  readonly state: EntryState;
  /** What to send; empty when the due times were left out, by the entry's policy. */
  readonly runs: readonly PendingRun[];
  readonly hasDropped: boolean;
}

/** What a look at the schedule comes to. */
export interface Tick {
  readonly due: readonly DueEntry[];
  /** Entries whose schedules threw, with what. */
  readonly failed: readonly { readonly entry: ScheduleEntry; readonly error: unknown }[];
  /** When to look again, Unix milliseconds; undefined when nothing is ever due. */
  readonly wakeAtMs: number | undefined;
}

/** So many entries in one go: what else the process does shall not wait. */
const MOST_DUE = 500;
/** A schedule that throws is asked again after this. */
const FAILED_MS = 60_000;

/**
 * The entries of an application and what is due of them. It has no clock and does nothing: time comes in, and what to
 * send goes out.
 * @see celery/beat.py Scheduler
 */
export class Scheduler {
  readonly #owner: string;
  readonly #entries: Map<string, Scheduled> = new Map();
  readonly #heap: EntryHeap = new EntryHeap();

  /** @param owner - the application's name; ids of messages depend on it */
  constructor(owner: string) {
    this.#owner = owner;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(name: string): Scheduled | undefined {
    return this.#entries.get(name);
  }

  values(): Iterable<Scheduled> {
    return this.#entries.values();
  }

  /** When something is due next, Unix milliseconds. */
  get wakeAtMs(): number | undefined {
    return this.#heap.peek()?.atMs;
  }

  /** When one entry is looked at next. Throws what its schedule throws. */
  nextOf(name: string, nowMs: number): number | undefined {
    const scheduled = this.#entries.get(name);
    return scheduled && nextLook(scheduled.entry, scheduled.state, nowMs);
  }

  /** Puts an entry in, in place of the one of the same name. */
  set(entry: ScheduleEntry, state: EntryState, nowMs: number): void {
    this.#entries.set(entry.name, { entry, state });
    try {
      this.#look(entry, nextLook(entry, state, nowMs));
    } catch {
      // Its next look throws again, and tells.
      this.#look(entry, nowMs);
    }
  }

  /** Takes over what has changed of an entry, without another look at its schedule. */
  update(name: string, state: EntryState): void {
    const scheduled = this.#entries.get(name);
    if (scheduled !== undefined) this.#entries.set(name, { entry: scheduled.entry, state });
  }

  remove(name: string): void {
    this.#entries.delete(name);
    this.#heap.remove(name);
  }

  /** A run outside of the schedule. */
  runNow(name: string, nowMs: number, runNowDone: number): DueEntry | undefined {
    const scheduled = this.#entries.get(name);
    if (scheduled === undefined) return undefined;
    const run = { dueMs: nowMs, id: runId(this.#owner, `${name}\nnow ${runNowDone}`, 0) };
    const state = { ...scheduled.state, runNowDone, pending: [...scheduled.state.pending, run] };
    this.update(name, state);
    return { entry: scheduled.entry, state, runs: [run], hasDropped: false };
  }

  /** What is due at `nowMs`, and when to look again. The due times count as dealt with from here on. */
  tick(nowMs: number): Tick {
    const due: DueEntry[] = [];
    const failed: { entry: ScheduleEntry; error: unknown }[] = [];
    while (due.length < MOST_DUE) {
      const top = this.#heap.peek();
      if (top === undefined || top.atMs > nowMs) break;
      const { entry, state } = this.#entries.get(top.name)!;
      try {
        const plan = planRuns(entry, state, nowMs);
        const after = this.#after(entry, state, plan);
        this.#entries.set(entry.name, { entry, state: after.state });
        this.#look(entry, plan.nextMs);
        if (plan.lastDueMs !== state.lastDueMs) due.push({ entry, ...after, hasDropped: plan.hasDropped });
      } catch (error) {
        failed.push({ entry, error });
        this.#look(entry, nowMs + FAILED_MS);
      }
    }
    return { due, failed, wakeAtMs: this.wakeAtMs };
  }

  #after(entry: ScheduleEntry, state: EntryState, { runs, lastDueMs }: RunPlan): Pick<DueEntry, 'state' | 'runs'> {
    const pending = runs.map((dueMs) => ({ dueMs, id: runId(this.#owner, entry.name, dueMs) }));
    // A later run takes the place of one that could not be sent, unless all are wanted.
    const earlier = entry.missedRuns === 'all' || pending.length === 0 ? state.pending : [];
    return { runs: pending, state: { ...state, lastDueMs, pending: [...earlier, ...pending] } };
  }

  #look(entry: ScheduleEntry, atMs: number | undefined): void {
    if (atMs === undefined) this.#heap.remove(entry.name);
    else this.#heap.set({ name: entry.name, atMs, priority: entry.options.priority ?? 0 });
  }
}
