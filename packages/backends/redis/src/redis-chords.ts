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

/**
 * Chords in Celery's own keys, so that Python and TypeScript workers may finish members of the same one: `.j` has the
 * parts, `.s` the size, `.t` what was added to it. A key of ours, `.celeriac`, tells which
 * members were recorded, who may send the body, and that it was sent.
 * @see celery/backends/redis.py on_chord_part_return
 */
export class RedisChords implements ChordStore {
  readonly #options: RedisChordsOptions;

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

  async join(part: ChordPart): Promise<ChordProgress> {
    const { groupId, taskId, index } = part;
    requireResultId(groupId);
    requireResultId(taskId);
    const { connection, ttlMs, claimMs = CHORD_CLAIM_MS, ordered } = this.#options;
    const { entry, beginning } = this.#entryOf(part);
    const score = index === null ? '+inf' : String(index);
    const args = [taskId, entry, score, beginning, ttlMs, claimMs, ordered ? '1' : '0'];
    const [done, size, entries, known] = listOf(
      await connection.run((redis) => redis.run(JOIN, this.#keysOf(groupId), args)),
    );
    return {
      done: numberOf(done),
      size: size === null || size === undefined ? undefined : numberOf(size),
      parts: entries === null || entries === undefined ? undefined : this.#partsOf(groupId, entries, known ?? null),
    };
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
   * In JSON the entry reads as Python writes it, so that one task finished by both is one member of the set. `beginning`
   * is what an entry of the same task begins with, its first blank left out.
   */
  #entryOf({ taskId, status, result }: ChordPart): { readonly entry: Buffer; readonly beginning: string } {
    const entry = Buffer.from(this.#options.codec.encodeValue([1, taskId, status, result]));
    if (!this.#options.isJson) return { entry, beginning: '' };
    return {
      entry: Buffer.from(pythonJson(entry.toString('utf8'))),
      beginning: `[1,${pythonJson(JSON.stringify(taskId))},`,
    };
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
    const value = Buffer.isBuffer(stored) ? this.#options.codec.decodeValue(stored) : undefined;
    if (!Array.isArray(value) || typeof value[1] !== 'string' || typeof value[2] !== 'string') {
      throw new DecodeError('chord', 'a stored part is not [1, id, status, result]');
    }
    const [, taskId, status, result] = value as [unknown, string, string, unknown];
    return { groupId, taskId, index, status, result };
  }
}

function positionOf(score: string): number | null {
  return /^-?\d+$/.test(score) ? Number(score) : null;
}
