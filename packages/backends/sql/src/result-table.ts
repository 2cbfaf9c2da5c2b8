import type { ResultFeed, StoreReport } from '@celeriac/backend';
import type { ResultRow } from './result-row.ts';
import type { StoreBatch } from './store-script.ts';

/** A feed of news about results. */
export interface ClosableFeed extends ResultFeed {
  close(): void;
}

/** Results in one kind of database. All of it throws what the contract of backends says. */
export interface ResultTable {
  readonly feed: ClosableFeed;
  /** Changes nothing where something stands that outlasts it and has not expired. */
  store(batch: StoreBatch): Promise<StoreReport>;
  load(ids: readonly string[], nowMs: number): Promise<readonly ResultRow[]>;
  forget(ids: readonly string[]): Promise<void>;
  /** Drops a bounded number of expired results; resolves to how many. */
  dropExpired(nowMs: number, limit: number): Promise<number>;
}
