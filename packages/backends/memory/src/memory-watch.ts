import { type ResultWatch, requireResultIds } from '@celeriac/backend';
import { isReady, type Logger, type ResultMeta } from '@celeriac/protocol';
import type { KeptResult } from './kept-result.ts';

/** Who watches what, and what stands now. */
export interface WatchRegister {
  find(id: string): KeptResult | undefined;
  register(id: string, watch: MemoryWatch): void;
  unregister(id: string, watch: MemoryWatch): void;
}

/** One watch: collects what became ready in this turn of the event loop and reports it at once. */
export class MemoryWatch implements ResultWatch {
  readonly #register: WatchRegister;
  readonly #logger: Logger;
  readonly #onReady: (metas: readonly ResultMeta[]) => void;
  readonly #ids = new Set<string>();
  #ready: KeptResult[] = [];

  constructor(register: WatchRegister, logger: Logger, onReady: (metas: readonly ResultMeta[]) => void) {
    this.#register = register;
    this.#logger = logger;
    this.#onReady = onReady;
  }

  add(ids: readonly string[]): void {
    requireResultIds(ids);
    for (const id of ids) {
      if (this.#ids.has(id)) continue;
      this.#ids.add(id);
      const kept = this.#register.find(id);
      if (kept !== undefined && isReady(kept.status)) this.take(id, kept);
      else this.#register.register(id, this);
    }
  }

  remove(ids: readonly string[]): void {
    for (const id of ids) if (this.#ids.delete(id)) this.#register.unregister(id, this);
  }

  async close(): Promise<void> {
    this.remove([...this.#ids]);
    this.#ready = [];
  }

  /** The result of a watched id is ready. */
  take(id: string, kept: KeptResult): void {
    this.#ids.delete(id);
    if (this.#ready.push(kept) === 1) queueMicrotask(() => this.#tell());
  }

  #tell(): void {
    const ready = this.#ready;
    this.#ready = [];
    if (ready.length === 0) return;
    try {
      this.#onReady(ready.map((kept) => kept.read()));
    } catch (error) {
      this.#logger.error('A listener for results failed.', { error });
    }
  }
}
