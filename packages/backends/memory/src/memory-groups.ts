import {
  type BackendContext,
  type GroupStore,
  RESULT_LIMITS,
  requireResultId,
  resultExpiresAt,
} from '@celeriac/backend';
import { type ResultTuple, readResultTuples } from '@celeriac/protocol';
import type { MemoryResults } from './memory-results.ts';

/** Saved groups in memory, kept encoded. */
export class MemoryGroups implements GroupStore {
  readonly #results: MemoryResults;
  readonly #context: BackendContext;

  constructor(results: MemoryResults, context: BackendContext) {
    this.#results = results;
    this.#context = context;
  }

  async save(groupId: string, members: ResultTuple | null): Promise<void> {
    requireResultId(groupId);
    const { clock, serializer, resultExpiresMs } = this.#context;
    const nowMs = clock.now();
    const times = { nowMs, expiresAtMs: resultExpiresAt(nowMs, resultExpiresMs) };
    this.#results.saveGroup(groupId, members === null ? undefined : serializer.encode(members), times);
  }

  async load(groupId: string): Promise<ResultTuple | undefined> {
    requireResultId(groupId);
    const { clock, serializer } = this.#context;
    const bytes = this.#results.findGroup(groupId, clock.now());
    return bytes === undefined ? undefined : readResultTuples([serializer.decode(bytes, RESULT_LIMITS)])[0];
  }
}
