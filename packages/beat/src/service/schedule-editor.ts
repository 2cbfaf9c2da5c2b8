import type { Celeriac, PeriodicEntry } from '@celeriac/core';
import { type AppRuntime, runtimeOf } from '@celeriac/core/internal';
import { CeleriacError, type CeleriacErrorOptions, closest, escapeForLog } from '@celeriac/protocol';
import { entryJson } from '../entry/entry-json.ts';
import { readEntry } from '../entry/read-entry.ts';
import { newState } from '../entry/schedule-entry.ts';
import { type ComingRun, comingRuns } from '../explain/coming-runs.ts';
import type { Scheduled } from '../scheduler/scheduler.ts';
import type { BeatStore } from '../store/beat-store.ts';
import { openStore } from '../store/open-store.ts';
import { type BadEntry, definedEntries, entryDefaults, mergedEntries } from './entry-source.ts';
import { needsCleanup } from './needs-cleanup.ts';

/** There is no periodic task of this name, or it is not one that can be changed so. */
export class UnknownEntryError extends CeleriacError {
  readonly code = 'CLR_BEAT_UNKNOWN_ENTRY';
  /** The name. */
  readonly entry: string;

  constructor(entry: string, problem: string, options?: CeleriacErrorOptions) {
    super(`"${escapeForLog(entry, 100)}" ${problem}`, options);
    this.entry = entry;
  }
}

/** All periodic tasks of an app, with what is remembered of them. */
export interface ScheduleView {
  readonly entries: readonly Scheduled[];
  readonly bad: readonly BadEntry[];
}

/** How to open a {@link ScheduleEditor}. */
export interface ScheduleEditorOptions {
  /** Where the schedule is kept. Default `beatStore`, else `beatScheduleFilename`. */
  readonly store?: string | BeatStore;
}

/**
 * Looks at and changes the schedule of an app at run time. A running beat takes changes over within five seconds; without
 * one they wait for the next.
 */
export class ScheduleEditor {
  readonly #runtime: AppRuntime;
  readonly #store: BeatStore;
  readonly #ownsStore: boolean;

  private constructor(runtime: AppRuntime, store: BeatStore, ownsStore: boolean) {
    this.#runtime = runtime;
    this.#store = store;
    this.#ownsStore = ownsStore;
  }

  /** @throws {BeatStoreError} | {@link InvalidUrlError} | {@link ModuleLoadError} */
  static async open(app: Celeriac, options: ScheduleEditorOptions = {}): Promise<ScheduleEditor> {
    const runtime = runtimeOf(app);
    await runtime.loadTasks();
    const { beatStore, beatScheduleFilename } = runtime.settings;
    const { store = beatStore ?? beatScheduleFilename } = options;
    const { name: namespace, logger, clock } = runtime;
    const opened = typeof store === 'string' ? await openStore({ url: store, namespace, logger, clock }) : store;
    await opened.open();
    return new ScheduleEditor(runtime, opened, typeof store === 'string');
  }

  /** Masked URL, or the name of the file. */
  get place(): string {
    return this.#store.url;
  }

  async list(): Promise<ScheduleView> {
    const [{ records }, cleanup] = await Promise.all([this.#store.load(), needsCleanup(this.#runtime)]);
    const merged = mergedEntries(this.#runtime, definedEntries(this.#runtime, cleanup), records);
    const states = new Map(records.map((record) => [record.name, record.state]));
    const nowMs = this.#runtime.clock.now();
    const entries = [...merged.entries.values()].map((entry) => ({
      entry,
      state: states.get(entry.name) ?? newState(nowMs),
    }));
    return { entries, bad: merged.bad };
  }

  /** The next runs of all entries. */
  async next(count: number): Promise<readonly ComingRun[]> {
    const { entries } = await this.list();
    return comingRuns(entries, this.#runtime.clock.now(), count);
  }

  /**
   * Adds an entry, or changes one that was added before.
   * @throws {BeatEntryError} for what cannot be, or cannot be stored
   * @throws {UnknownEntryError} for the name of an entry that settings or code define
   */
  async add(name: string, given: PeriodicEntry): Promise<void> {
    const entry = readEntry(name, given, entryDefaults(this.#runtime), 'dynamic');
    if ((await this.#definedNames()).has(name)) {
      throw new UnknownEntryError(name, 'is defined by the application and cannot be changed at run time.', {
        hint: 'Take another name, or change beatSchedule.',
      });
    }
    await this.#store.edit([{ name, definition: entryJson(entry, given) }]);
  }

  /** @throws {UnknownEntryError} */
  async pause(names: readonly string[]): Promise<void> {
    await this.#known(names);
    await this.#store.edit(names.map((name) => ({ name, isPaused: true })));
  }

  /** What came while an entry was paused does not count as missed. @throws {UnknownEntryError} */
  async resume(names: readonly string[]): Promise<void> {
    await this.#known(names);
    await this.#store.edit(names.map((name) => ({ name, isPaused: false })));
  }

  /** Sends the tasks of entries once, whatever their schedules. @throws {UnknownEntryError} */
  async runNow(names: readonly string[]): Promise<void> {
    await this.#known(names);
    await this.#store.edit(names.map((name) => ({ name, runNow: true })));
  }

  /** @throws {UnknownEntryError} also for an entry that settings or code define */
  async remove(names: readonly string[]): Promise<void> {
    await this.#known(names);
    const defined = await this.#definedNames();
    for (const name of names) {
      if (!defined.has(name)) continue;
      throw new UnknownEntryError(name, 'is defined by the application and cannot be removed at run time.', {
        hint: 'Pause it, or change beatSchedule.',
      });
    }
    await this.#store.edit(names.map((name) => ({ name, definition: null })));
  }

  async close(): Promise<void> {
    if (this.#ownsStore) await this.#store.close();
  }

  async #definedNames(): Promise<ReadonlySet<string>> {
    return new Set(definedEntries(this.#runtime, await needsCleanup(this.#runtime)).entries.keys());
  }

  async #known(names: readonly string[]): Promise<void> {
    const { entries, bad } = await this.list();
    const known = new Set([...entries.map(({ entry }) => entry.name), ...bad.map(({ name }) => name)]);
    for (const name of names) {
      if (known.has(name)) continue;
      const near = closest(name, known);
      throw new UnknownEntryError(name, 'is no periodic task of this application.', {
        ...(near !== undefined && { hint: `Did you mean ${near}?` }),
      });
    }
  }
}
