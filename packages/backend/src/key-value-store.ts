/** One value to keep under a key; `ttlMs` undefined = for ever. */
export interface KeyValueEntry {
  readonly key: string;
  readonly value: Uint8Array;
  readonly ttlMs: number | undefined;
}

/**
 * The least that a result store must do; `keyValueBackend` derives a `Backend` with Celery's keys
 * (`celery-task-meta-<id>`, `celery-taskset-meta-<group>`) from it.
 */
export interface KeyValueStore {
  connect(): Promise<void>;
  get(keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]>;
  /** Keeps every entry, replacing what was there. */
  set(entries: readonly KeyValueEntry[]): Promise<void>;
  delete(keys: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** For stores that can tell when a key was set; without it results are polled. */
export interface KeyValueFeed {
  /**
   * Resolves when every later `set` of the keys will be told. A feed that lost its connection calls `onSet` with all
   * its keys once it listens again, since it cannot know what it missed.
   * @param onSet - called with keys that were set; may name keys nobody asked for
   */
  subscribe(keys: readonly string[], onSet: (keys: readonly string[]) => void): Promise<void>;
  unsubscribe(keys: readonly string[]): Promise<void>;
}

/**
 * An optional primitive that makes `keyValueBackend` join chords natively: sets of named members that grow atomically.
 * A `set` of {@link KeyValueStore} never touches them, whatever their keys.
 */
export interface KeyValueMembers {
  /**
   * Adds a member unless the set has it already; the first value stays. Exactly one of several concurrent callers with
   * the same member is told `added`.
   * @param ttlMs - from now, for the whole set; undefined = for ever
   * @returns `count`: members after the call, this one included
   */
  add(
    key: string,
    member: string,
    value: Uint8Array,
    ttlMs: number | undefined,
  ): Promise<{ readonly added: boolean; readonly count: number }>;
  /** Every member by name; empty for an unknown set. */
  all(key: string): Promise<ReadonlyMap<string, Uint8Array>>;
  delete(key: string): Promise<void>;
}
