import { type Clock, DecodeError } from '@celeriac/protocol';
import type { ChordPart, ChordProgress, ChordStore } from './backend.ts';
import type { CeleryKeys } from './celery-keys.ts';
import { CHORD_CLAIM_MS, inHeaderOrder, mayClaimChord } from './chord-progress.ts';
import type { KeyValueMembers, KeyValueStore } from './key-value-store.ts';
import type { ResultCodec } from './result-codec.ts';
import { requireResultId } from './result-id.ts';

/** What {@link KeyValueChords} works with. */
export interface KeyValueChordsOptions {
  readonly store: KeyValueStore;
  readonly members: KeyValueMembers;
  readonly keys: CeleryKeys;
  readonly codec: ResultCodec;
  readonly clock: Clock;
  readonly ttlMs: number | undefined;
  /** See {@link CHORD_CLAIM_MS}; measured on the clocks of the claiming processes. */
  readonly claimMs?: number;
}

const CLOSED = 'closed ';

/**
 * Chords over sets of named members: one set of the members that finished, one of the claims to run the body. Adding a
 * member is the only atomic step; of several callers that want the parts, the one whose claim was added gets them.
 */
export class KeyValueChords implements ChordStore {
  readonly #options: KeyValueChordsOptions;
  readonly #claimMs: number;

  constructor(options: KeyValueChordsOptions) {
    this.#options = options;
    this.#claimMs = options.claimMs ?? CHORD_CLAIM_MS;
  }

  async open(groupId: string, size: number): Promise<void> {
    requireResultId(groupId);
    const standing = await this.#readSize(groupId);
    if (!standing.closed) await this.#writeSize(groupId, String(size));
  }

  async join(part: ChordPart): Promise<ChordProgress> {
    const { groupId, taskId, index, status, result } = part;
    requireResultId(groupId);
    requireResultId(taskId);
    const { members, keys, codec, ttlMs } = this.#options;
    const value = codec.encodeValue([index, taskId, status, result]);
    const { count } = await members.add(keys.chordMembers(groupId), taskId, value, ttlMs);
    // Read after the member counts: whoever corrects the size in between is followed by another member or seen here.
    const { size, closed } = await this.#readSize(groupId);
    if (closed) {
      await members.delete(keys.chordMembers(groupId));
      return { done: size ?? 0, size, parts: undefined };
    }
    const complete = size !== undefined && count >= size;
    return { done: count, size, parts: complete ? await this.#claim(groupId, count, size) : undefined };
  }

  async close(groupId: string): Promise<void> {
    requireResultId(groupId);
    const { members, keys } = this.#options;
    const { size, closed } = await this.#readSize(groupId);
    if (size !== undefined && !closed) await this.#writeSize(groupId, `${CLOSED}${size}`);
    await members.delete(keys.chordMembers(groupId));
  }

  async #claim(groupId: string, done: number, size: number): Promise<readonly ChordPart[] | undefined> {
    const { members, keys, codec, clock, ttlMs } = this.#options;
    const claims = await members.all(keys.chordClaims(groupId));
    const nowMs = clock.now();
    const standing = { done, size, closed: false, claimedAtMs: latest([...claims.values()]) };
    if (!mayClaimChord(standing, nowMs, this.#claimMs)) return undefined;
    const claimed = Buffer.from(String(nowMs));
    const { added } = await members.add(keys.chordClaims(groupId), String(claims.size), claimed, ttlMs);
    if (!added) return undefined;
    const parts = await members.all(keys.chordMembers(groupId));
    // Fewer than counted: the chord was closed since.
    if (parts.size < size) return undefined;
    return inHeaderOrder(Array.from(parts.values(), (bytes) => partOf(groupId, codec.decodeValue(bytes))));
  }

  async #readSize(groupId: string): Promise<{ readonly size: number | undefined; readonly closed: boolean }> {
    const { store, keys } = this.#options;
    const [bytes] = await store.get([keys.chordSize(groupId)]);
    if (bytes === undefined) return { size: undefined, closed: false };
    const text = Buffer.from(bytes).toString();
    const closed = text.startsWith(CLOSED);
    const size = Number(closed ? text.slice(CLOSED.length) : text);
    return { size: Number.isSafeInteger(size) ? size : undefined, closed };
  }

  #writeSize(groupId: string, text: string): Promise<void> {
    const { store, keys, ttlMs } = this.#options;
    return store.set([{ key: keys.chordSize(groupId), value: Buffer.from(text), ttlMs }]);
  }
}

function latest(times: readonly Uint8Array[]): number | undefined {
  if (times.length === 0) return undefined;
  return Math.max(...times.map((bytes) => Number(Buffer.from(bytes).toString())));
}

function partOf(groupId: string, stored: unknown): ChordPart {
  if (!Array.isArray(stored) || typeof stored[1] !== 'string' || typeof stored[2] !== 'string') {
    throw new DecodeError('chord', 'a stored part is not [index, id, status, result]');
  }
  const [index, taskId, status, result] = stored as [unknown, string, string, unknown];
  return { groupId, taskId, index: typeof index === 'number' ? index : null, status, result };
}
