import { isExpired, outlasts, resultExpiresAt } from '@celeriac/backend';
import type { ResultMeta } from '@celeriac/protocol';

interface Kept {
  readonly meta: ResultMeta;
  readonly expiresAtMs: number | undefined;
  /** Somebody has seen it. */
  claimed: boolean;
}

/** What a {@link ReplyBox} keeps, and for how long. */
export interface ReplyBoxOptions {
  /** Results that nobody waits for are kept up to this number; then the oldest goes. */
  readonly limit: number;
  /** Undefined: for ever. */
  readonly resultExpiresMs: number | undefined;
  /** Called when a result goes that nobody has seen. */
  readonly onDropped: (taskId: string) => void;
}

/** Replies that have arrived. Those that somebody waits for stay until they are seen. */
export class ReplyBox {
  readonly #options: ReplyBoxOptions;
  readonly #awaited = new Set<string>();
  readonly #spare = new Map<string, Kept>();
  readonly #wanted = new Map<string, Kept>();

  constructor(options: ReplyBoxOptions) {
    this.#options = options;
  }

  /** What does not outlast it gives way. */
  put(meta: ResultMeta, nowMs: number): void {
    const id = meta.task_id;
    if (outlasts(this.#find(id, nowMs)?.meta.status, meta.status)) return;
    const expiresAtMs = resultExpiresAt(nowMs, this.#options.resultExpiresMs);
    this.#keep(id, { meta, expiresAtMs, claimed: false });
  }

  read(id: string, nowMs: number): ResultMeta | undefined {
    const kept = this.#find(id, nowMs);
    if (kept === undefined) return undefined;
    kept.claimed = true;
    return structuredClone(kept.meta);
  }

  has(id: string, nowMs: number): boolean {
    return this.#find(id, nowMs) !== undefined;
  }

  await(ids: readonly string[]): void {
    for (const id of ids) {
      this.#awaited.add(id);
      const kept = this.#spare.get(id);
      if (kept === undefined) continue;
      this.#spare.delete(id);
      this.#wanted.set(id, kept);
    }
  }

  /** Nobody waits for these any longer. */
  release(ids: readonly string[]): void {
    for (const id of ids) {
      this.#awaited.delete(id);
      const kept = this.#wanted.get(id);
      if (kept === undefined) continue;
      this.#wanted.delete(id);
      this.#keep(id, kept);
    }
  }

  forget(id: string): void {
    this.#spare.delete(id);
    this.#wanted.delete(id);
  }

  #keep(id: string, kept: Kept): void {
    if (this.#awaited.has(id)) return void this.#wanted.set(id, kept);
    this.#spare.delete(id);
    this.#spare.set(id, kept);
    if (this.#spare.size <= this.#options.limit) return;
    const [oldest, dropped] = this.#spare.entries().next().value!;
    this.#spare.delete(oldest);
    if (!dropped.claimed) this.#options.onDropped(oldest);
  }

  #find(id: string, nowMs: number): Kept | undefined {
    const kept = this.#wanted.get(id) ?? this.#spare.get(id);
    if (kept === undefined || !isExpired(kept.expiresAtMs, nowMs)) return kept;
    this.forget(id);
    return undefined;
  }
}
