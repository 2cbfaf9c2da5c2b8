import {
  CHORD_CLAIM_MS,
  type ChordPart,
  type ChordProgress,
  type ChordStore,
  inHeaderOrder,
  requireResultId,
} from '@celeriac/backend';
import { DecodeError } from '@celeriac/protocol';
import { listOf, numberOf, pairsOf, type RedisReply, textOf } from '@celeriac/redis';
import { CLOSE, GROW, JOIN, OPEN } from './chord-scripts.ts';
import { JoinBatches, type JoinMembers } from './join-batches.ts';
import { pythonJson } from './python-json.ts';
import type { StorePlace } from './store-place.ts';

export interface RedisChordsOptions extends StorePlace {
  /** See {@link CHORD_CLAIM_MS}; measured by the server's clock. */
  readonly claimMs: number | undefined;
  /** See `RedisBackendSettings.resultChordOrdered`. */
  readonly ordered: boolean;
  /** Whether parts are JSON text. */
  readonly isJson: boolean;
}

/** What the script is told of a member. */
type MemberArguments = readonly [taskId: string, entry: string | Buffer, score: string, beginning: string];

/**
 * Chords in Celery's own keys, so that Python and TypeScript workers may finish members of the same one: `.j` has the
 * parts, `.s` the size, `.t` what was added to it. A key of ours, `.celeriac`, tells which
 * members were recorded, who may send the body, and that it was sent.
 * @see celery/backends/redis.py on_chord_part_return
 */
export class RedisChords implements ChordStore {
  readonly #options: RedisChordsOptions;
  readonly #batches: JoinBatches<MemberArguments> = new JoinBatches((groupId, members) =>
    this.#joinAll(groupId, members),
  );

  constructor(options: RedisChordsOptions) {
    this.#options = options;
  }

  async open(groupId: string, size: number): Promise<void> {
    requireResultId(groupId);
    const { connection, keys, ttlMs } = this.#options;
    const names = [keys.chordSize(groupId), keys.chordClaims(groupId)];
    await connection.run((redis) => redis.run(OPEN, names, [size, ttlMs]));
  }

  /** @see celery/backends/redis.py add_to_chord */
  async grow(groupId: string, by: number): Promise<void> {
    requireResultId(groupId);
    const { connection, keys, ttlMs } = this.#options;
    const names = [`${keys.group(groupId)}.t`, keys.chordClaims(groupId)];
    await connection.run((redis) => redis.run(GROW, names, [by, ttlMs]));
  }

  /** Members that finish in one turn of the event loop go together. */
  async join(part: ChordPart): Promise<ChordProgress> {
    requireResultId(part.groupId);
    requireResultId(part.taskId);
    return this.#batches.add(part.groupId, this.#memberOf(part));
  }

  async #joinAll(groupId: string, members: readonly MemberArguments[]): ReturnType<JoinMembers<MemberArguments>> {
    const { connection, ttlMs, claimMs = CHORD_CLAIM_MS, ordered, isJson } = this.#options;
    const args = [ttlMs, claimMs, ordered ? '1' : '0', isJson ? '1' : '0', ...members.flat()];
    const reply = await connection.run((redis) => redis.run(JOIN, this.#keysOf(groupId), args));
    const [done = null, size = null, entries = null, more = null, gone = null] = listOf(reply);
    const waits = { done: numberOf(done), size: size === null ? undefined : numberOf(size), parts: undefined };
    // Parts that cannot be read are the trouble of the one that claimed them only.
    const last =
      entries === null
        ? undefined
        : this.#claimed(groupId, entries, more, waits.done).then((read) => ({ ...waits, parts: read }));
    const over = new Set(listOf(gone).map((place) => numberOf(place) - 1));
    return members.map((_member, at) =>
      over.has(at) ? { ...waits, done: 1, size: 1 } : at === members.length - 1 && last !== undefined ? last : waits,
    );
  }

  async close(groupId: string): Promise<void> {
    requireResultId(groupId);
    const { connection, ttlMs } = this.#options;
    await connection.run((redis) => redis.run(CLOSE, this.#keysOf(groupId), [ttlMs]));
  }

  #keysOf(groupId: string): readonly string[] {
    const { keys } = this.#options;
    const group = keys.group(groupId);
    const names = [`${group}.j`, keys.chordSize(groupId), `${group}.t`];
    return [...names, keys.chordDispatch(groupId), keys.chordClaims(groupId)];
  }

  /**
   * In JSON the entry reads as Python writes it, so that one task finished by both is one member of the set. The beginning
   * is what an entry of the same task begins with, its first blank left out.
   */
  #memberOf({ taskId, status, result, index }: ChordPart): MemberArguments {
    const encoded = Buffer.from(this.#options.codec.encodeValue([1, taskId, status, result]));
    const score = index === null ? '+inf' : String(index);
    if (!this.#options.isJson) return [taskId, encoded, score, ''];
    const entry = pythonJson(encoded.toString('utf8'));
    return [taskId, entry, score, `[1,${pythonJson(JSON.stringify(taskId))},`];
  }

  /** @param more - of one text: how many have no position; else as {@link RedisChords.#partsOf} has it */
  async #claimed(groupId: string, entries: RedisReply, more: RedisReply, count: number): Promise<readonly ChordPart[]> {
    if (!Buffer.isBuffer(entries)) return this.#partsOf(groupId, entries, more);
    const placed = count - numberOf(more);
    try {
      const values = this.#options.codec.decodeValue(entries);
      if (Array.isArray(values) && values.length === count)
        return inHeaderOrder(values.map((value, at) => partOf(groupId, value, at < placed ? at : null)));
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
    // Together they are one level deeper, and one that cannot be read hides the others.
    const { connection, keys } = this.#options;
    const stored = await connection.run((redis) =>
      redis.call(['ZRANGE', `${keys.group(groupId)}.j`, 0, -1, 'WITHSCORES']),
    );
    return this.#partsOf(groupId, stored, null);
  }

  /** @param known - in lists, where entries have no position: positions of the members that Celeriac recorded */
  #partsOf(groupId: string, flat: RedisReply, known: RedisReply): readonly ChordPart[] {
    const positions = new Map(pairsOf(known).map(([field, score]) => [textOf(field), textOf(score)]));
    const parts = pairsOf(flat).map(([entry, score]) => {
      const part = this.#partOf(groupId, entry, positionOf(textOf(score)));
      return part.index === null
        ? { ...part, index: positionOf(positions.get(`m:${part.taskId}`) ?? positions.get(`w:${part.taskId}`) ?? '') }
        : part;
    });
    return inHeaderOrder(parts);
  }

  #partOf(groupId: string, stored: RedisReply, index: number | null): ChordPart {
    return partOf(groupId, Buffer.isBuffer(stored) ? this.#options.codec.decodeValue(stored) : undefined, index);
  }
}

function partOf(groupId: string, value: unknown, index: number | null): ChordPart {
  if (!Array.isArray(value) || typeof value[1] !== 'string' || typeof value[2] !== 'string') {
    throw new DecodeError('chord', 'a stored part is not [1, id, status, result]');
  }
  const [, taskId, status, result] = value as [unknown, string, string, unknown];
  return { groupId, taskId, index, status, result };
}

function positionOf(score: string): number | null {
  return /^-?\d+$/.test(score) ? Number(score) : null;
}
