import { inBatches, rowsOf, type SqlDatabase, type Statement, type Steps } from '@celeriac/sql';
import type { Receipt } from '@celeriac/transport';
import { PRIORITY_LEVELS } from './capabilities.ts';
import { ClaimMarks, LINE_SPAN } from './claim-marks.ts';
import { type MessageRow, type NewMessageRow, sizeOf } from './message-row.ts';
import {
  type PostgresHeld,
  type PostgresMessageRow,
  PostgresMessageStatements,
  type PostgresNewRows,
} from './postgres-message-statements.ts';
import { type Acknowledgement, idsOf, RELEASE_LIMIT } from './queue-table.ts';
import type { Claim, ServerMessages, Work } from './server-messages.ts';
import { counted } from './server-queue-table.ts';

/** Bytes of bodies and texts in one insert: it is sent as one text of twice that, which has a limit of 512 MiB. */
const INSERT_BYTES = 32 * 1024 * 1024;
/** Between two looks below the marks at least, milliseconds; more where a look takes long. */
const LOOK_BEHIND_MS = 250;
/** A look below the marks may take this part of the time. */
const LOOK_SHARE = 50;
const LONGEST_LOOK_BEHIND_MS = 5000;
/** The server's clock is the one that counts. */
const NO_CLOCK = 0;

const BEGINNINGS = Array.from({ length: PRIORITY_LEVELS }, (_, level) => level * LINE_SPAN);
const ENDS = BEGINNINGS.map((beginning) => beginning + LINE_SPAN);

/** Messages in PostgreSQL. */
export class PostgresMessages implements ServerMessages {
  readonly claimsAtOnce = true;
  readonly #database: SqlDatabase;
  readonly #statements: PostgresMessageStatements;
  readonly #marks: Map<string, ClaimMarks> = new Map();
  #lookBehindAtMs = Number.NEGATIVE_INFINITY;

  constructor(database: SqlDatabase) {
    this.#database = database;
    this.#statements = new PostgresMessageStatements(database.dialect);
  }

  put(rows: readonly NewMessageRow[]): Work<void> {
    const inserts = inBatches(rows, sizeOf, INSERT_BYTES).map((batch) =>
      this.#statements.insert.with(columnsOf(batch)),
    );
    return {
      *script() {
        for (const insert of inserts) yield insert;
      },
      mode: inserts.length > 1 ? 'write' : 'statement',
    };
  }

  *claim({ queue, limit, owner: { id: owner, leaseMs } }: Claim): Steps<readonly MessageRow[]> {
    const starts = this.#marksOf(queue).starts;
    const claim = this.#statements.claim.with({ queue, starts, ends: ENDS, limit, owner, leaseMs, now: NO_CLOCK });
    const rows = yield* rowsOf(claim);
    return rows.toSorted((one, other) => one.line - other.line);
  }

  claimed({ queue, limit }: Claim, rows: readonly PostgresMessageRow[]): void {
    const lastId = rows[0]?.last_id;
    if (lastId === undefined) return;
    const lines = rows.map((row) => row.line);
    this.#marksOf(queue).learn({ lines, limit, lastId, atMs: performance.now() });
  }

  async lookBehind(queues: readonly string[]): Promise<number> {
    const moved = queues.filter((queue) => this.#marksOf(queue).moved);
    if (moved.length === 0) return Number.POSITIVE_INFINITY;
    const startedAt = performance.now();
    if (startedAt < this.#lookBehindAtMs) return this.#lookBehindAtMs - startedAt;
    this.#lookBehindAtMs = startedAt + LONGEST_LOOK_BEHIND_MS;
    for (const queue of moved) {
      const ends = this.#marksOf(queue).starts;
      const statement = this.#statements.behind.with({ queue, starts: BEGINNINGS, ends });
      const found = await this.#database.transaction(() => rowsOf(statement), { mode: 'read' });
      if (found.length > 0) this.#marksOf(queue).reset();
    }
    const tookMs = performance.now() - startedAt;
    const pauseMs = Math.min(LONGEST_LOOK_BEHIND_MS, Math.max(LOOK_BEHIND_MS, tookMs * LOOK_SHARE));
    this.#lookBehindAtMs = startedAt + pauseMs;
    return pauseMs;
  }

  release(queues: readonly string[], nowMs: number): Work<void> {
    const { dialect } = this.#database;
    return done(this.#statements.release.with({ queues: dialect.list(queues), now: nowMs, limit: RELEASE_LIMIT }));
  }

  look(queues: readonly string[]): Statement<{ readonly due: number | null; readonly dead: boolean }> {
    return this.#statements.look.with({ queues: this.#database.dialect.list(queues), now: NO_CLOCK });
  }

  settle(gone: readonly Receipt[], back: readonly Receipt[], owner: number): Work<readonly Receipt[]> {
    const statements = [
      ...(gone.length > 0 ? [this.#statements.ack.with(this.#held(gone, owner))] : []),
      ...(back.length > 0 ? [this.#statements.requeue.with(this.#held(back, owner))] : []),
    ];
    const script = function* (): Steps<readonly Receipt[]> {
      const guards: Receipt[] = [];
      for (const statement of statements) for (const row of yield* rowsOf(statement)) guards.push(row.guard);
      return guards;
    };
    return { script, mode: statements.length > 1 ? 'write' : 'statement' };
  }

  held(receipts: readonly Receipt[], owner: number): Statement<{ readonly guard: string }> {
    return this.#statements.held.with(this.#held(receipts, owner));
  }

  acknowledgement(receipts: readonly Receipt[], owner: number): Acknowledgement {
    return { statement: this.#statements.ack.with(this.#held(receipts, owner)) };
  }

  *bury(): Steps<readonly number[]> {
    const dead = yield* rowsOf(this.#statements.dropDead.with({ now: NO_CLOCK }));
    const orphans = yield* rowsOf(this.#statements.orphans.with({}));
    return [...new Set([...dead, ...orphans].map((row) => row.id))];
  }

  *putBack(owners: readonly number[]): Steps<void> {
    yield this.#statements.putBack.with({ owners: this.#database.dialect.list(owners) });
  }

  size(queue: string): Statement<{ readonly waiting: number }> {
    return this.#statements.size.with({ queue });
  }

  dropSome(queue: string, limit: number): Work<number> {
    return counted(this.#statements.dropSome.with({ queue, limit }));
  }

  /** PostgreSQL tells, and need not be asked. */
  probe(): undefined {}

  isNews(): boolean {
    return false;
  }

  hear(news: readonly string[] | undefined): void {
    if (news === undefined) for (const marks of this.#marks.values()) marks.reset();
    else for (const one of news) if (one.startsWith('!')) this.#marks.get(one.slice(1))?.reset();
  }

  #marksOf(queue: string): ClaimMarks {
    let marks = this.#marks.get(queue);
    if (marks === undefined) {
      marks = new ClaimMarks();
      this.#marks.set(queue, marks);
    }
    return marks;
  }

  #held(receipts: readonly Receipt[], owner: number): PostgresHeld {
    const { dialect } = this.#database;
    return { ids: dialect.list(idsOf(receipts)), receipts: dialect.list(receipts), owner };
  }
}

/** One list for each column. */
function columnsOf(rows: readonly NewMessageRow[]): PostgresNewRows {
  return {
    queues: rows.map((row) => row.queue),
    priorities: rows.map((row) => row.priority),
    deliverAts: rows.map((row) => row.deliver_at),
    exchanges: rows.map((row) => row.exchange),
    routingKeys: rows.map((row) => row.routing_key),
    contentTypes: rows.map((row) => row.content_type),
    contentEncodings: rows.map((row) => row.content_encoding),
    headers: rows.map((row) => row.headers),
    properties: rows.map((row) => row.properties),
    bodies: rows.map((row) => row.body),
  };
}

function done(statement: Statement): Work<void> {
  return {
    *script() {
      yield statement;
    },
    mode: 'statement',
  };
}
