import type { Row, Script, Statement, Steps, TransactionOptions } from '@celeriac/sql';
import type { Receipt } from '@celeriac/transport';
import type { MessageRow, NewMessageRow } from './message-row.ts';
import type { Owner } from './owner-lease.ts';
import type { Acknowledgement } from './queue-table.ts';

/** A script, and how it has to be run. */
export interface Work<T> {
  readonly script: Script<T>;
  readonly mode: NonNullable<TransactionOptions['mode']>;
}

/** A claim on messages of one queue. */
export interface Claim {
  readonly queue: string;
  readonly limit: number;
  readonly owner: Owner;
}

/** What a server's tables are asked and told, in that server's SQL. Others write at the same time. */
export interface ServerMessages {
  /** Whether {@link ServerMessages.claim} is one statement. */
  readonly claimsAtOnce: boolean;
  put(rows: readonly NewMessageRow[]): Work<void>;
  /** Makes sure that the owner is alive and takes messages for it, oldest first after priority; skips what others take. */
  claim(claim: Claim): Steps<readonly MessageRow[]>;
  /** A claim has come to an end. */
  claimed?(claim: Claim, rows: readonly MessageRow[]): void;
  /** A row when a delayed message is due; absent where {@link ServerMessages.release} is one statement. */
  anyDue?(queues: readonly string[], nowMs: number): Statement;
  /** Puts delayed messages that are due at the end of the line, in the order in which they are due. */
  release(queues: readonly string[], nowMs: number): Work<void>;
  /** When the next delayed message is due, null without any; whether some owner is dead. */
  look(queues: readonly string[]): Statement<{ readonly due: number | null; readonly dead: unknown }>;
  settle(gone: readonly Receipt[], back: readonly Receipt[], owner: number): Work<readonly Receipt[]>;
  held(receipts: readonly Receipt[], owner: number): Statement<{ readonly guard: string }>;
  acknowledgement(receipts: readonly Receipt[], owner: number): Acknowledgement;
  /** Forgets owners that are dead or unknown; gives those that held or may have held something. */
  bury(): Steps<readonly number[]>;
  /** Puts back all that these hold. */
  putBack(owners: readonly number[]): Steps<void>;
  size(queue: string): Statement<{ readonly waiting: number }>;
  dropSome(queue: string, limit: number): Work<number>;
  probe(queues: readonly string[], nowMs: number): Statement | undefined;
  isNews(rows: readonly Row[]): boolean;
  hear(news: readonly string[] | undefined): void;
  /** Something that was left out may be ready: resolves to how long to wait with the next look for it, milliseconds. */
  lookBehind?(queues: readonly string[]): Promise<number>;
}
