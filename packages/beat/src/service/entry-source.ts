import type { PeriodicEntry } from '@celeriac/core';
import type { AppRuntime } from '@celeriac/core/internal';
import { BeatEntryError } from '../entry/beat-entry-error.ts';
import { type EntryDefaults, readEntry } from '../entry/read-entry.ts';
import type { EntryOrigin, ScheduleEntry } from '../entry/schedule-entry.ts';
import type { EntryRecord } from '../store/beat-store.ts';

/** An entry that cannot be. */
export interface BadEntry {
  readonly name: string;
  readonly error: unknown;
}

/** All entries of an application. */
export interface EntrySet {
  readonly entries: ReadonlyMap<string, ScheduleEntry>;
  readonly bad: readonly BadEntry[];
}

const CLEANUP = 'celery.backend_cleanup';

/** What entries take from the settings. @see celery/app/base.py Celery.timezone */
export function entryDefaults({ settings }: Pick<AppRuntime, 'settings'>): EntryDefaults {
  const { timezone, enableUtc, beatCronStartingDeadline } = settings;
  return {
    timezone: timezone ?? (enableUtc ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone),
    startingDeadlineMs: beatCronStartingDeadline === null ? Number.POSITIVE_INFINITY : beatCronStartingDeadline * 1000,
  };
}

/** The entries that settings, code and this package itself define. */
export function definedEntries(runtime: AppRuntime, needsCleanup: boolean): EntrySet {
  const collector = new Collector(entryDefaults(runtime));
  for (const [name, given] of Object.entries(runtime.settings.beatSchedule)) collector.add(name, given, 'config');
  for (const [name, given] of runtime.periodicTasks) collector.add(name, given, 'code');
  if (needsCleanup && !collector.entries.has(CLEANUP)) collector.add(CLEANUP, cleanupEntry(), 'builtin');
  return collector;
}

/** Those, as what was said at run time has changed them. */
export function mergedEntries(runtime: AppRuntime, defined: EntrySet, records: readonly EntryRecord[]): EntrySet {
  const collector = new Collector(entryDefaults(runtime));
  for (const [name, entry] of defined.entries) collector.entries.set(name, entry);
  for (const { name, definition } of records) {
    if (definition !== null && !collector.entries.has(name)) collector.add(name, definition, 'dynamic');
  }
  for (const { name, isPaused } of records) {
    const entry = collector.entries.get(name);
    if (entry !== undefined && isPaused !== null) collector.entries.set(name, { ...entry, isEnabled: !isPaused });
  }
  return { entries: collector.entries, bad: [...defined.bad, ...collector.bad] };
}

class Collector implements EntrySet {
  readonly entries: Map<string, ScheduleEntry> = new Map();
  readonly bad: BadEntry[] = [];
  readonly #defaults: EntryDefaults;

  constructor(defaults: EntryDefaults) {
    this.#defaults = defaults;
  }

  add(name: string, given: unknown, origin: EntryOrigin): void {
    try {
      if (this.entries.has(name))
        throw new BeatEntryError(name, 'its name', 'stands in beatSchedule already, which counts');
      this.entries.set(name, readEntry(name, given, this.#defaults, origin));
    } catch (error) {
      this.bad.push({ name, error });
    }
  }
}

/** @see celery/beat.py install_default_entries */
function cleanupEntry(): PeriodicEntry {
  return { task: CLEANUP, schedule: '0 4 * * *', options: { expires: 12 * 3600 }, foreign: true };
}
