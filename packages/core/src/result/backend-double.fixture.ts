import {
  type Backend,
  BackendUnavailableError,
  type ResultWatch,
  type StoreOutcome,
  type StoreReport,
  type StoreRequest,
} from '@celeriac/backend';
import { isReady, type JointWork, type ResultMeta } from '@celeriac/protocol';

/** A store in memory that shows how it was called, and can be away. */
export class BackendDouble implements Backend {
  readonly name = 'double';
  readonly url = 'double://';
  readonly capabilities = { expiry: 'none', wakeUp: 'push', durable: false, shared: true } as const;
  readonly jointDomain = 'double';
  /** Task ids of every batch that was stored. */
  readonly batches: string[][] = [];
  watches = 0;
  /** Calls of `watch().add`. */
  readonly added: (readonly string[])[] = [];
  isAway = false;
  /** Ids that cannot be kept. */
  readonly refused = new Set<string>();
  readonly #metas = new Map<string, ResultMeta>();
  readonly #watched = new Map<string, (metas: readonly ResultMeta[]) => void>();

  async connect(): Promise<void> {}

  async store(requests: readonly StoreRequest[], joint?: JointWork): Promise<StoreReport> {
    await Promise.resolve();
    if (this.isAway) throw new BackendUnavailableError(this.url, 'away');
    const bad = requests.find(({ meta }) => this.refused.has(meta.task_id));
    if (bad !== undefined) throw new TypeError(`cannot keep ${bad.meta.task_id}`);
    this.batches.push(requests.map(({ meta }) => meta.task_id));
    for (const { meta } of requests) this.#keep(meta);
    const settled =
      joint === undefined
        ? []
        : requests.flatMap(({ guard }) => (guard === undefined || guard === 'lost' ? [] : [guard]));
    const outcomes = requests.map(({ guard }): StoreOutcome => (guard === 'lost' ? 'not-held' : 'stored'));
    return { outcomes, settled };
  }

  async load(ids: readonly string[]): Promise<readonly (ResultMeta | undefined)[]> {
    if (this.isAway) throw new BackendUnavailableError(this.url, 'away');
    return ids.map((id) => this.#metas.get(id));
  }

  watch(onReady: (metas: readonly ResultMeta[]) => void): ResultWatch {
    this.watches++;
    return {
      add: (ids) => {
        if (ids.includes('')) throw new RangeError('an id is empty');
        this.added.push(ids);
        for (const id of ids) this.#watched.set(id, onReady);
        const ready = ids.flatMap((id) => this.#metas.get(id) ?? []).filter(({ status }) => isReady(status));
        if (ready.length > 0) queueMicrotask(() => onReady(ready));
      },
      remove: (ids) => {
        for (const id of ids) this.#watched.delete(id);
      },
      close: async () => this.#watched.clear(),
    };
  }

  async forget(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#metas.delete(id);
  }

  async cleanup(): Promise<number> {
    return 0;
  }

  async close(): Promise<void> {}

  get watchedIds(): readonly string[] {
    return [...this.#watched.keys()];
  }

  #keep(meta: ResultMeta): void {
    this.#metas.set(meta.task_id, meta);
    if (isReady(meta.status)) this.#watched.get(meta.task_id)?.([meta]);
  }
}

/** A result as stores keep it. */
export function metaOf(id: string, more: Partial<ResultMeta> = {}): ResultMeta {
  return { status: 'SUCCESS', result: null, traceback: null, children: [], date_done: null, task_id: id, ...more };
}
