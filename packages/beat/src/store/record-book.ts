import type { EntryState } from '../entry/schedule-entry.ts';
import type { EntryEdit, EntryRecord, StoreContents } from './beat-store.ts';

/** The records of a store that holds them in memory, with the number of the last edit of each. */
export class RecordBook {
  readonly #records: Map<string, EntryRecord> = new Map();
  readonly #edited: Map<string, number> = new Map();
  #version = 0;

  get size(): number {
    return this.#records.size;
  }

  records(): readonly EntryRecord[] {
    return [...this.#records.values()];
  }

  contents(): StoreContents {
    return { version: this.#version, records: this.records() };
  }

  news(version: number): StoreContents {
    if (version >= this.#version) return { version: this.#version, records: [] };
    const edited = [...this.#edited].filter(([, at]) => at > version).map(([name]) => this.#records.get(name)!);
    return { version: this.#version, records: edited.map((record) => ({ ...record, state: null })) };
  }

  put(record: EntryRecord): void {
    this.#records.set(record.name, record);
  }

  edit(edits: readonly EntryEdit[]): void {
    if (edits.length === 0) return;
    this.#version++;
    for (const edit of edits) {
      this.#records.set(edit.name, edited(this.recordOf(edit.name), edit));
      this.#edited.set(edit.name, this.#version);
    }
  }

  write(states: readonly (readonly [string, EntryState])[]): void {
    for (const [name, state] of states) this.#records.set(name, { ...this.recordOf(name), state });
  }

  forget(names: readonly string[]): void {
    for (const name of names) {
      this.#records.delete(name);
      this.#edited.delete(name);
    }
  }

  recordOf(name: string): EntryRecord {
    return this.#records.get(name) ?? emptyRecord(name);
  }
}

/** A record of which nothing is known yet. */
export function emptyRecord(name: string): EntryRecord {
  return { name, definition: null, isRemoved: false, isPaused: null, runNow: 0, state: null };
}

function edited(record: EntryRecord, { definition, isPaused, runNow }: EntryEdit): EntryRecord {
  return {
    ...record,
    ...(definition !== undefined && { definition, isRemoved: definition === null }),
    ...(isPaused !== undefined && { isPaused }),
    ...(runNow === true && { runNow: record.runNow + 1 }),
  };
}
