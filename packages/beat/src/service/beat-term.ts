import type { Celeriac } from '@celeriac/core';
import { type AppRuntime, runtimeOf } from '@celeriac/core/internal';
import { escapeForLog } from '@celeriac/protocol';
import { newState, type ScheduleEntry } from '../entry/schedule-entry.ts';
import { IntervalSchedule } from '../schedule/interval-schedule.ts';
import { Scheduler } from '../scheduler/scheduler.ts';
import type { BeatLease, BeatStore, EntryRecord, StoreContents } from '../store/beat-store.ts';
import type { BeatEvent } from './beat-event.ts';
import { ClockWatch } from './clock-watch.ts';
import { definedEntries, type EntrySet, mergedEntries } from './entry-source.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { needsCleanup } from './needs-cleanup.ts';
import type { RecentIds } from './recent-ids.ts';
import { RunDispatcher } from './run-dispatcher.ts';
import type { Sleeper } from './sleeper.ts';
import { StateWriter } from './state-writer.ts';

/** What a {@link BeatTerm} works with. */
export interface BeatTermParts {
  readonly app: Celeriac;
  readonly store: BeatStore;
  readonly lease: BeatLease;
  readonly ttlMs: number;
  /** Longest time between two looks at the clock and at edits, milliseconds. */
  readonly maxIntervalMs: number;
  readonly sleeper: Sleeper;
  readonly recent: RecentIds;
  readonly emit: (event: BeatEvent) => void;
}

/** At least so often a beat looks for edits, and whether somebody has changed the clock. */
const LOOK_MS = 5000;
const FEW_MS = 1000;
/** Longest wait at the end for a broker that is away; what it does not take now is sent again under the same ids. */
const SETTLE_MS = 5000;

/** The time during which one beat leads: it loads the schedule, sends what is due, and ends when the lead is lost. */
export class BeatTerm {
  readonly #parts: BeatTermParts;
  readonly #runtime: AppRuntime;
  readonly #scheduler: Scheduler;
  readonly #dispatcher: RunDispatcher;
  readonly #writer: StateWriter;
  readonly #watch: ClockWatch;
  readonly #keeper: LeaseKeeper;
  #defined: EntrySet = { entries: new Map(), bad: [] };
  #version = 0;
  #ending: string | undefined;
  #lookAtMs = 0;

  constructor(parts: BeatTermParts) {
    const { app, store, lease, ttlMs, emit } = parts;
    const runtime = runtimeOf(app);
    const { clock, logger } = runtime;
    const scheduler = new Scheduler(runtime.name);
    this.#parts = parts;
    this.#runtime = runtime;
    this.#scheduler = scheduler;
    this.#writer = new StateWriter(store, lease, (name) => scheduler.get(name)?.state);
    this.#dispatcher = new RunDispatcher({
      app,
      scheduler,
      writer: this.#writer,
      recent: parts.recent,
      emit,
      onLost: (reason) => this.end(reason),
    });
    this.#watch = new ClockWatch(clock.now(), clock.monotonic());
    this.#keeper = new LeaseKeeper({ store, clock, logger }, lease, ttlMs, (reason) => this.end(reason));
  }

  /** Ends the term soon. */
  end(reason: string): void {
    this.#ending ??= reason;
    this.#parts.sleeper.wake();
  }

  /** Resolves to why it ended, when nothing of it is under way any more. */
  async run(): Promise<string> {
    try {
      await this.#begin();
      while (this.#ending === undefined) await this.#turn();
    } finally {
      this.#keeper.stop();
      await this.#dispatcher.settle(SETTLE_MS);
      await this.#writer.idle();
    }
    return this.#ending ?? '';
  }

  get #lookMs(): number {
    return Math.min(LOOK_MS, this.#parts.maxIntervalMs);
  }

  /** Lets another beat lead at once. */
  release(): Promise<void> {
    return this.#parts.store.release(this.#parts.lease);
  }

  async #begin(): Promise<void> {
    const { store, emit } = this.#parts;
    const runtime = this.#runtime;
    const [contents, cleanup] = await Promise.all([store.load(), needsCleanup(runtime)]);
    this.#defined = definedEntries(runtime, cleanup);
    const nowMs = runtime.clock.now();
    const merged = mergedEntries(runtime, this.#defined, contents.records);
    for (const { name, error } of merged.bad) this.#tellBad(name, error);
    this.#checkTasks(merged.entries);
    const records = new Map(contents.records.map((record) => [record.name, record]));
    const fresh: string[] = [];
    for (const [name, entry] of merged.entries) {
      const state = records.get(name)?.state;
      if (state === null || state === undefined) fresh.push(name);
      this.#scheduler.set(entry, state ?? newState(nowMs), nowMs);
    }
    await this.#dropUnknown(contents, merged);
    if (fresh.length > 0 && !(await this.#writer.write(fresh))) this.end('another beat leads');
    this.#version = contents.version;
    emit({ type: 'leading', entries: merged.entries.size });
    this.#lookAtMs = runtime.clock.monotonic() + this.#lookMs;
    await this.#dispatcher.resume([...this.#scheduler.values()]);
    for (const record of contents.records) this.#runNow(record);
  }

  async #turn(): Promise<void> {
    const { clock } = this.#runtime;
    const jumpMs = this.#watch.look(clock.now(), clock.monotonic());
    if (jumpMs !== 0) this.#clockJumped(jumpMs);
    if (clock.monotonic() >= this.#lookAtMs) await this.#look();
    const nowMs = clock.now();
    const { due, failed, wakeAtMs } = this.#scheduler.tick(nowMs);
    for (const { entry, error } of failed) this.#tellBad(entry.name, error);
    if (due.length > 0) this.#dispatcher.dispatch(due);
    const untilDueMs = wakeAtMs === undefined ? Number.POSITIVE_INFINITY : wakeAtMs - clock.now();
    const untilLookMs = this.#lookAtMs - clock.monotonic();
    await this.#parts.sleeper.sleep(Math.max(0, Math.min(untilDueMs, untilLookMs)));
  }

  /** Takes over what was edited meanwhile. */
  async #look(): Promise<void> {
    const { store } = this.#parts;
    this.#lookAtMs = this.#runtime.clock.monotonic() + this.#lookMs;
    let news: StoreContents;
    try {
      news = await store.news(this.#version);
    } catch (error) {
      this.#lookAtMs = this.#runtime.clock.monotonic() + FEW_MS;
      this.#runtime.logger.warning(`beat: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
    this.#version = news.version;
    const gone: string[] = [];
    for (const record of news.records) {
      if (record.isRemoved && !this.#defined.entries.has(record.name)) gone.push(record.name);
      else this.#takeOver(record);
    }
    for (const name of gone) this.#scheduler.remove(name);
    if (gone.length > 0) await store.forget(this.#parts.lease, gone);
  }

  #takeOver(record: EntryRecord): void {
    const { name } = record;
    const nowMs = this.#runtime.clock.now();
    const merged = mergedEntries(this.#runtime, { entries: this.#definedOf(name), bad: [] }, [record]);
    for (const { error } of merged.bad) this.#tellBad(name, error);
    const entry = merged.entries.get(name);
    if (entry === undefined) return;
    const known = this.#scheduler.get(name);
    let state = known?.state ?? newState(nowMs);
    // What came while it was paused does not count as missed.
    if (known !== undefined && entry.isEnabled && !known.entry.isEnabled) state = { ...state, lastDueMs: nowMs };
    if (known === undefined) this.#checkTasks(new Map([[name, entry]]));
    this.#scheduler.set(entry, state, nowMs);
    void this.#writer.write([name]).catch(() => {});
    this.#runNow(record);
  }

  #definedOf(name: string): ReadonlyMap<string, ScheduleEntry> {
    const entry = this.#defined.entries.get(name);
    return entry === undefined ? new Map() : new Map([[name, entry]]);
  }

  #runNow({ name, runNow }: EntryRecord): void {
    const done = this.#scheduler.get(name)?.state.runNowDone;
    if (done === undefined || runNow <= done) return;
    const due = this.#scheduler.runNow(name, this.#runtime.clock.now(), runNow);
    if (due !== undefined) this.#dispatcher.dispatch([due]);
  }

  /** States of entries that nobody has any more. */
  async #dropUnknown({ records }: StoreContents, { entries, bad }: EntrySet): Promise<void> {
    const broken = new Set(bad.map(({ name }) => name));
    const gone = records.map(({ name }) => name).filter((name) => !entries.has(name) && !broken.has(name));
    if (gone.length > 0) await this.#parts.store.forget(this.#parts.lease, gone);
  }

  /** Forward is as if no beat had run meanwhile. Backward, intervals go on; times on the wall that have been do not come again. */
  #clockJumped(byMs: number): void {
    this.#runtime.logger.warning(
      `beat: the clock was set ${byMs > 0 ? 'forward' : 'back'} by ${Math.round(Math.abs(byMs) / 1000)} seconds`,
    );
    this.#parts.emit({ type: 'clock-jump', byMs });
    if (byMs > 0) return;
    const nowMs = this.#runtime.clock.now();
    const moved: string[] = [];
    for (const { entry, state } of [...this.#scheduler.values()]) {
      if (!(entry.schedule instanceof IntervalSchedule) || entry.schedule.relative) continue;
      const { lastDueMs, sinceMs } = state;
      const wholeMs = Math.round(byMs);
      // Due times that have been must not come again: their ids are taken.
      const shiftMs = wholeMs % entry.schedule.everyMs === 0 ? wholeMs + 1 : wholeMs;
      const shifted = {
        ...state,
        sinceMs: sinceMs + shiftMs,
        lastDueMs: lastDueMs === null ? null : lastDueMs + shiftMs,
      };
      this.#scheduler.set(entry, shifted, nowMs);
      moved.push(entry.name);
    }
    void this.#writer.write(moved).catch(() => {});
  }

  #checkTasks(entries: ReadonlyMap<string, ScheduleEntry>): void {
    const { tasks, logger, settings } = this.#runtime;
    const unknown = [...entries.values()].filter(({ task, isForeign }) => !isForeign && !tasks.has(task));
    for (const { name, task } of unknown.slice(0, 20)) {
      logger.warning(
        `beat: the periodic task "${escapeForLog(name, 100)}" sends ${escapeForLog(task, 100)}, which is unknown here. If another application has it, say foreign: true.`,
      );
    }
    for (const { name, overlap, options } of entries.values()) {
      if (overlap !== 'skip' || (settings.resultBackend !== undefined && options.ignoreResult !== true)) continue;
      logger.warning(
        `beat: the periodic task "${escapeForLog(name, 100)}" skips overlaps, but has no results to see them by.`,
      );
    }
  }

  #tellBad(name: string, error: unknown): void {
    const hint = (error as { readonly hint?: unknown } | null)?.hint;
    const text = error instanceof Error ? error.message : String(error);
    this.#runtime.logger.error(`beat: ${text}${typeof hint === 'string' ? ` ${hint}` : ''}`, { entry: name });
    this.#parts.emit({ type: 'bad-entry', entry: name, error });
  }
}
