import {
  CHORD_CLAIM_MS,
  type ChordPart,
  type ChordProgress,
  type ChordStanding,
  type ChordStore,
  inHeaderOrder,
  mayClaimChord,
  requireResultId,
  resultExpiresAt,
} from '@celeriac/backend';
import { changesOf, rowsOf, type Steps } from '@celeriac/sql';
import { type ChordPartRow, type ChordRow, ChordStatements } from './chord-statements.ts';
import { inTransaction } from './sql-backend-errors.ts';
import type { StorePlace } from './store-place.ts';

interface ChordTimes {
  /** Unix milliseconds. */
  readonly now: number;
  readonly expiresAt: number | null;
}

/** Progress with the parts still encoded. */
type Joined = Omit<ChordProgress, 'parts'> & { readonly parts: readonly ChordPartRow[] | undefined };

/** A completion that waits for its transaction. */
interface WaitingJoin {
  readonly row: ChordPartRow;
  readonly joined: PromiseWithResolvers<Joined>;
}

/** Completions recorded in one transaction at most. */
const BATCH = 500;

/**
 * Chords joined in the tables of a database: whoever holds its write lock, or the lock on the chord's row, decides alone.
 * Completions of one turn of the event loop share a transaction.
 */
export class SqlChords implements ChordStore {
  readonly statements: ChordStatements;
  readonly #place: StorePlace;
  readonly #claimMs: number;
  readonly #waiting: WaitingJoin[] = [];

  constructor(place: StorePlace, claimMs: number = CHORD_CLAIM_MS) {
    this.statements = new ChordStatements(place.database.dialect);
    this.#place = place;
    this.#claimMs = claimMs;
  }

  async open(groupId: string, size: number): Promise<void> {
    requireResultId(groupId);
    const times = this.#times();
    const { statements } = this;
    const begin = this.#begin(groupId, times);
    await inTransaction(this.#place.database, function* () {
      yield* begin();
      yield statements.resize.with({ groupId, size });
    });
  }

  async grow(groupId: string, by: number): Promise<void> {
    requireResultId(groupId);
    const { statements } = this;
    const begin = this.#begin(groupId, this.#times());
    await inTransaction(this.#place.database, function* () {
      yield* begin();
      yield statements.grow.with({ groupId, by });
    });
  }

  async join(part: ChordPart): Promise<ChordProgress> {
    requireResultId(part.groupId);
    requireResultId(part.taskId);
    const { codec } = this.#place;
    const row: ChordPartRow = {
      group_id: part.groupId,
      task_id: part.taskId,
      position: part.index,
      status: part.status,
      result: Buffer.from(codec.encodeValue(part.result)),
    };
    const joined = Promise.withResolvers<Joined>();
    if (this.#waiting.push({ row, joined }) === 1) process.nextTick(() => void this.#joinWaiting());
    const { parts, ...progress } = await joined.promise;
    return { ...progress, parts: parts === undefined ? undefined : inHeaderOrder(parts.map((one) => this.#part(one))) };
  }

  async close(groupId: string): Promise<void> {
    requireResultId(groupId);
    const { statements } = this;
    const begin = this.#begin(groupId, this.#times());
    await inTransaction(this.#place.database, function* () {
      yield* begin();
      yield statements.close.with({ groupId });
      yield statements.dropParts.with({ groupId });
    });
  }

  /** Starts a chord that has expired anew, and keeps one that has not for another full term. */
  #begin(groupId: string, { now, expiresAt }: ChordTimes): () => Steps<ChordRow> {
    const { statements } = this;
    return function* () {
      if ((yield* changesOf(statements.dropExpired.with({ groupId, now }))) > 0) {
        yield statements.dropParts.with({ groupId });
      }
      yield statements.touch.with({ groupId, expiresAt });
      const [row] = yield* rowsOf(statements.find.with({ groupId }));
      return row!;
    };
  }

  async #joinWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      const times = this.#times();
      const joinAll = this.#joinAll(batch, times);
      try {
        const answers = await inTransaction(this.#place.database, joinAll);
        for (const [index, { joined }] of batch.entries()) joined.resolve(answers[index]!);
      } catch (error) {
        for (const { joined } of batch) joined.reject(error);
      }
    }
  }

  #joinAll(batch: readonly WaitingJoin[], times: ChordTimes): () => Steps<readonly Joined[]> {
    const groups = Map.groupBy(batch.keys(), (index) => batch[index]!.row.group_id);
    // Everybody takes chords in the same order, so that no two wait for each other.
    const order = [...groups.keys()].sort();
    const join = (parts: readonly ChordPartRow[]): Steps<readonly Joined[]> => this.#join(parts, times);
    return function* () {
      const answers: Joined[] = [];
      for (const groupId of order) {
        const indexes = groups.get(groupId)!;
        const joined = yield* join(indexes.map((index) => batch[index]!.row));
        for (const [at, index] of indexes.entries()) answers[index] = joined[at]!;
      }
      return answers;
    };
  }

  /** Joins parts of one chord. If its body may be sent, the last one hears of it. */
  *#join(parts: readonly ChordPartRow[], times: ChordTimes): Steps<readonly Joined[]> {
    const groupId = parts[0]!.group_id;
    const before = yield* this.#begin(groupId, times)();
    const closed = before.closed === 1;
    const size = before.size ?? undefined;
    const added = closed ? parts.map(() => 0) : (yield this.statements.addPart.withEach(parts)).affected;
    const count = added.reduce((sum, one) => sum + one, 0);
    if (count > 0) yield this.statements.countParts.with({ groupId, count });
    let done = closed ? (size ?? 0) : before.done;
    const joined: Joined[] = added.map((one) => {
      done += one;
      return { done, size, parts: undefined };
    });
    const standing: ChordStanding = { done, size, closed, claimedAtMs: before.claimed_at ?? undefined };
    if (!mayClaimChord(standing, times.now, this.#claimMs)) return joined;
    yield this.statements.claim.with({ groupId, now: times.now });
    joined[joined.length - 1] = { done, size, parts: yield* rowsOf(this.statements.parts.with({ groupId })) };
    return joined;
  }

  #part(row: ChordPartRow): ChordPart {
    const { group_id, task_id, position, status, result } = row;
    const value = this.#place.codec.decodeValue(result);
    return { groupId: group_id, taskId: task_id, index: position, status, result: value };
  }

  #times(): ChordTimes {
    const { clock, resultExpiresMs } = this.#place;
    const now = clock.now();
    return { now, expiresAt: resultExpiresAt(now, resultExpiresMs) ?? null };
  }
}
