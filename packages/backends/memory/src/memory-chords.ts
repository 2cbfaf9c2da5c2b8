import {
  type BackendContext,
  type ChordPart,
  type ChordProgress,
  type ChordStore,
  RESULT_LIMITS,
  requireResultId,
  resultExpiresAt,
} from '@celeriac/backend';
import type { KeepTimes, MemoryResults } from './memory-results.ts';

/** Chords joined in memory. The values of parts are kept encoded, as those of results are. */
export class MemoryChords implements ChordStore {
  readonly #results: MemoryResults;
  readonly #context: BackendContext;

  constructor(results: MemoryResults, context: BackendContext) {
    this.#results = results;
    this.#context = context;
  }

  async open(groupId: string, size: number): Promise<void> {
    requireResultId(groupId);
    this.#results.chord(groupId, this.#times()).open(size);
  }

  async grow(groupId: string, by: number): Promise<void> {
    requireResultId(groupId);
    this.#results.chord(groupId, this.#times()).grow(by);
  }

  async join(part: ChordPart): Promise<ChordProgress> {
    requireResultId(part.groupId);
    requireResultId(part.taskId);
    const { serializer } = this.#context;
    const times = this.#times();
    const encoded = { ...part, result: serializer.encode(part.result) };
    const progress = this.#results.chord(part.groupId, times).join(encoded, times.nowMs);
    const decode = (kept: ChordPart): ChordPart => ({
      ...kept,
      result: serializer.decode(kept.result as Uint8Array, RESULT_LIMITS),
    });
    return { ...progress, parts: progress.parts?.map(decode) };
  }

  async close(groupId: string): Promise<void> {
    requireResultId(groupId);
    this.#results.chord(groupId, this.#times()).close();
  }

  #times(): KeepTimes {
    const nowMs = this.#context.clock.now();
    return { nowMs, expiresAtMs: resultExpiresAt(nowMs, this.#context.resultExpiresMs) };
  }
}
