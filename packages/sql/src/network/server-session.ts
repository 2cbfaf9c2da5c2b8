import type { BulkStatement, Statement, StatementResult } from '../statement.ts';
import type { Session } from './session.ts';

/** The end of a connection, which is the same whatever the server: it is told of once, unless it was wanted. */
export abstract class ServerSession implements Session {
  onLost: ((error: unknown) => void) | undefined;
  #broken = false;

  get broken(): boolean {
    return this.#broken;
  }

  /** The connection has ended by itself. */
  protected lose(error: unknown): void {
    if (this.#broken) return;
    this.#broken = true;
    const told = this.onLost;
    this.onLost = undefined;
    told?.(error);
  }

  /** From now on nobody is told: it is ended from here. */
  protected leave(): void {
    this.onLost = undefined;
    this.#broken = true;
  }

  abstract execute(statement: Statement | BulkStatement): Promise<StatementResult>;
  abstract begin(): void;
  abstract commit(): Promise<void>;
  abstract rollback(): Promise<void>;
  abstract close(): Promise<void>;
  abstract destroy(): void;
}
