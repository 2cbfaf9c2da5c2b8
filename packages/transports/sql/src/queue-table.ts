import type { Row, Statement } from '@celeriac/sql';
import type { Receipt } from '@celeriac/transport';
import type { MessageRow, NewMessageRow } from './message-row.ts';

/** Messages of one take at most, so that a transaction stays a bounded amount of work. */
export const TAKE_LIMIT = 1000;

/** Rows that one transaction drops or puts into line at most. */
export const RELEASE_LIMIT = 1000;

/** What is wanted of {@link QueueTable.collect}. */
export interface CollectRequest {
  readonly queues: readonly string[];
  readonly max: number;
  /** Unix milliseconds, by the application's clock: what is due. */
  readonly nowMs: number;
}

export interface Collected {
  readonly rows: readonly MessageRow[];
  /** After how many milliseconds it is worth to look again, if nothing wakes before. */
  readonly againMs: number;
}

/** A settlement as statements, for a result store that makes it in its own transaction. */
export interface Acknowledgement {
  readonly statement: Statement<{ readonly guard: string }>;
  /** Runs after it, where a statement that deletes answers with no rows. */
  readonly effect?: Statement;
}

/** What is kept in the tables of one kind of database, and done to it. All of it throws what the database throws. */
export interface QueueTable {
  put(rows: readonly NewMessageRow[]): Promise<void>;
  /** Takes what may be taken for the owner. */
  collect(request: CollectRequest): Promise<Collected>;
  /** Removes and puts back; gives the receipts that were held. */
  settle(gone: readonly Receipt[], back: readonly Receipt[]): Promise<readonly Receipt[]>;
  /** Prolongs the owner's lease; gives the receipts that are held. */
  renew(receipts: readonly Receipt[]): Promise<readonly Receipt[]>;
  acknowledgement(receipts: readonly Receipt[]): Acknowledgement;
  size(queue: string): Promise<number>;
  /** Drops a bounded number of waiting messages; gives how many. */
  dropSome(queue: string): Promise<number>;
  declareTransient(queues: readonly string[]): Promise<void>;
  forgetTransient(queue: string): Promise<void>;
  /** Puts back all that the owner holds, and forgets the owner. */
  leave(): Promise<void>;
  /** Asks whether something may be taken, for databases that do not tell; see {@link QueueTable.isNews}. */
  probe(queues: readonly string[], nowMs: number): Statement | undefined;
  isNews(rows: readonly Row[]): boolean;
  /** What was announced by others, undefined when it is not known. */
  hear(news: readonly string[] | undefined): void;
}

/** The ids in receipts (`id:delivery_count`); what is no receipt has none. */
export function idsOf(receipts: readonly Receipt[]): readonly number[] {
  return receipts.map((receipt) => Number.parseInt(receipt, 10)).filter(Number.isSafeInteger);
}
