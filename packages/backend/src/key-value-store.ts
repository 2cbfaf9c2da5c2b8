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
  /** @param onSet - called with keys that were set; may name keys nobody asked for */
  subscribe(keys: readonly string[], onSet: (keys: readonly string[]) => void): Promise<void>;
  unsubscribe(keys: readonly string[]): Promise<void>;
}
