import { ChordJoin, decideStores, type StoreOutcome, type StoreRequest } from '@celeriac/backend';
import { isReady } from '@celeriac/protocol';
import { ExpiringMap } from './expiring-map.ts';
import { type Encoding, type KeptResult, keepResult } from './kept-result.ts';
import type { MemoryWatch, WatchRegister } from './memory-watch.ts';

/** Entries looked at for expiry with every batch, beside two for each request: enough to keep up with any rate. */
const SWEEP = 16;

/** When it is, and until when what is stored now is kept. */
export interface KeepTimes {
  /** Unix milliseconds. */
  readonly nowMs: number;
  /** Unix milliseconds, undefined = for ever. */
  readonly expiresAtMs: number | undefined;
}

/** Results, saved groups and chords of one process. Backends that share one see each other's results. */
export class MemoryResults {
  readonly #results = new ExpiringMap<KeptResult>();
  readonly #watches = new Map<string, MemoryWatch[]>();
  readonly #groups = new ExpiringMap<Uint8Array>();
  readonly #chords = new ExpiringMap<ChordJoin>();

  /** Results held, expired ones that were not swept yet included. */
  get size(): number {
    return this.#results.size;
  }

  /** Ids that somebody watches. */
  get watched(): number {
    return this.#watches.size;
  }

  /** Keeps a batch, all or none. @throws {EncodeError} */
  store(requests: readonly StoreRequest[], encoding: Encoding, times: KeepTimes): readonly StoreOutcome[] {
    const { nowMs, expiresAtMs } = times;
    const decision = decideStores(requests, (id) => this.#results.get(id, nowMs)?.status);
    const kept = decision.winners.map((request) => keepResult(request, encoding));
    for (const [index, request] of decision.winners.entries()) {
      const id = request.meta.task_id;
      this.#results.set(id, kept[index]!, expiresAtMs);
      if (isReady(request.meta.status)) this.#tell(id, kept[index]!);
    }
    this.#results.sweep(2 * requests.length + SWEEP, nowMs);
    return decision.outcomes;
  }

  find(id: string, nowMs: number): KeptResult | undefined {
    return this.#results.get(id, nowMs);
  }

  forget(id: string): void {
    this.#results.delete(id);
  }

  /** The side of this store that watches see. */
  watchRegister(now: () => number): WatchRegister {
    return {
      find: (id) => this.find(id, now()),
      register: (id, watch) => this.#register(id, watch),
      unregister: (id, watch) => this.#unregister(id, watch),
    };
  }

  saveGroup(groupId: string, members: Uint8Array | undefined, times: KeepTimes): void {
    if (members === undefined) this.#groups.delete(groupId);
    else this.#groups.set(groupId, members, times.expiresAtMs);
    this.#groups.sweep(SWEEP, times.nowMs);
  }

  findGroup(groupId: string, nowMs: number): Uint8Array | undefined {
    return this.#groups.get(groupId, nowMs);
  }

  /** The join of a chord, made when there is none; it is kept for another full term. */
  chord(groupId: string, times: KeepTimes): ChordJoin {
    const join = this.#chords.get(groupId, times.nowMs) ?? new ChordJoin();
    this.#chords.set(groupId, join, times.expiresAtMs);
    this.#chords.sweep(SWEEP, times.nowMs);
    return join;
  }

  #tell(id: string, kept: KeptResult): void {
    const watches = this.#watches.get(id);
    if (watches === undefined) return;
    this.#watches.delete(id);
    for (const watch of watches) watch.take(id, kept);
  }

  #register(id: string, watch: MemoryWatch): void {
    const others = this.#watches.get(id);
    if (others === undefined) this.#watches.set(id, [watch]);
    else others.push(watch);
  }

  #unregister(id: string, watch: MemoryWatch): void {
    const left = this.#watches.get(id)?.filter((other) => other !== watch) ?? [];
    if (left.length === 0) this.#watches.delete(id);
    else this.#watches.set(id, left);
  }
}
