import type { EntryJson } from '../entry/entry-json.ts';
import type { EntryState } from '../entry/schedule-entry.ts';

/** What was said about an entry at run time, by the API or the command line. */
export interface EntryEdit {
  readonly name: string;
  /** A new definition; null removes the entry. */
  readonly definition?: EntryJson | null;
  readonly isPaused?: boolean;
  /** Wish for a run at once. */
  readonly runNow?: boolean;
}

/** What a store holds of an entry. */
export interface EntryRecord {
  readonly name: string;
  /** Of an entry made at run time; null for those of the configuration. */
  readonly definition: EntryJson | null;
  /** The entry was removed at run time. */
  readonly isRemoved: boolean;
  /** null: as its definition says. */
  readonly isPaused: boolean | null;
  /** How many wishes for a run at once there were. */
  readonly runNow: number;
  readonly state: EntryState | null;
}

/** Everything a store holds, and the number of edits that it knows. */
export interface StoreContents {
  readonly version: number;
  readonly records: readonly EntryRecord[];
}

/** The right to send. The greatest token is the only one that counts. */
export interface BeatLease {
  readonly owner: string;
  readonly token: number;
}

/**
 * Where beats keep what ran when, what was changed at run time, and which of them leads. Verbs throw
 * {@link BeatStoreError} when the store cannot be reached; a caller may try again.
 */
export interface BeatStore {
  /** Masked. */
  readonly url: string;
  /** Whether a second beat may wait for its turn; else it is refused. */
  readonly isShared: boolean;
  open(): Promise<void>;
  /**
   * Takes the lead, if nobody has it or the one who has it was silent for `ttlMs`.
   * @returns undefined while another one leads
   * @throws {BeatLockedError} where the store is not shared
   */
  acquire(owner: string, ttlMs: number): Promise<BeatLease | undefined>;
  /** Says that the leader is alive. @returns false when it leads no more */
  renew(lease: BeatLease, ttlMs: number): Promise<boolean>;
  release(lease: BeatLease): Promise<void>;
  load(): Promise<StoreContents>;
  /** The entries that were edited after a version; without their states. */
  news(version: number): Promise<StoreContents>;
  /**
   * Keeps states of entries, all or none.
   * @returns false when somebody else leads: nothing was kept then
   */
  write(lease: BeatLease, states: readonly (readonly [name: string, state: EntryState])[]): Promise<boolean>;
  /** Drops all that is held of these entries. @returns as {@link write} */
  forget(lease: BeatLease, names: readonly string[]): Promise<boolean>;
  /** Changes the schedule; needs no lease. */
  edit(edits: readonly EntryEdit[]): Promise<void>;
  /** Safe to call twice and before `open`. */
  close(): Promise<void>;
}
