import type { BulkStatement, Statement, StatementResult } from '../statement.ts';

/** One connection to a database server. */
export interface Session {
  /** The connection is gone, or must not be used again. */
  readonly broken: boolean;
  /** Called once when the connection ends, unless it was closed from here. */
  onLost: ((error: unknown) => void) | undefined;
  execute(statement: Statement | BulkStatement): Promise<StatementResult>;
  /** Begins a transaction; a failure shows at the next statement. */
  begin(): void;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** Ends the connection in good order. */
  close(): Promise<void>;
  /** Ends it at once. */
  destroy(): void;
}

/**
 * What a failure means. `retry` = others were in the way, the transaction was rolled back and may be run again; `gone` =
 * the connection ended or the server cannot be reached or does not serve now; `full` = no room; `too-large` = more than
 * the server takes at once; `unusable` = trying again does not help; undefined = a bug in a statement.
 */
export type ServerFailure = 'retry' | 'gone' | 'full' | 'too-large' | 'unusable' | undefined;

/** How to speak to one kind of server. */
export interface ServerDriver {
  /** As people call it. */
  readonly databaseName: string;
  /** Loads the client; it is an optional peer. @throws {SqlDriverMissingError} */
  load(): Promise<void>;
  open(): Promise<Session>;
  failureOf(error: unknown): ServerFailure;
  /** The server's own words and code, without secrets. */
  describe(error: unknown): string;
  /** What helps against an `unusable` failure. */
  hintFor(error: unknown): string | undefined;
}
