import {
  type Backend,
  type BackendCapabilities,
  type BackendContext,
  type ChordStore,
  ForeignJointWorkError,
  type GroupStore,
  type ResultWatch,
  requireResultIds,
  resultExpiresAt,
  type StoreReport,
  type StoreRequest,
} from '@celeriac/backend';
import {
  type JointWork,
  jsonSerializer,
  maskUrl,
  type ResultMeta,
  silentLogger,
  systemClock,
} from '@celeriac/protocol';
import { memoryCapabilities } from './capabilities.ts';
import { MemoryChords } from './memory-chords.ts';
import { MemoryGroups } from './memory-groups.ts';
import { MemoryResults } from './memory-results.ts';
import { MemoryWatch } from './memory-watch.ts';

/** Celery's `result_expires`. */
const ONE_DAY_MS = 86_400_000;

/** Settings of {@link memoryBackend}. */
export interface MemoryBackendOptions {
  /** Where results are kept; a store of its own by default. */
  readonly results?: MemoryResults;
  /** What to call it in logs; `memory://` by default. */
  readonly url?: string;
  /** By default the machine's clock, no log, JSON, and results are kept for one day. */
  readonly context?: Partial<BackendContext>;
}

/** A result store in the memory of this process. */
export function memoryBackend(options?: MemoryBackendOptions): Backend {
  return new MemoryBackend(options);
}

class MemoryBackend implements Backend {
  readonly name: string = 'memory';
  readonly url: string;
  readonly capabilities: BackendCapabilities = memoryCapabilities;
  readonly groups: GroupStore;
  readonly chords: ChordStore;
  readonly #results: MemoryResults;
  readonly #context: BackendContext;
  readonly #watches = new Set<ResultWatch>();

  constructor(options?: MemoryBackendOptions) {
    this.url = maskUrl(options?.url ?? 'memory://');
    this.#results = options?.results ?? new MemoryResults();
    this.#context = {
      clock: systemClock,
      logger: silentLogger,
      serializer: jsonSerializer,
      resultExpiresMs: ONE_DAY_MS,
      options: {},
      ...options?.context,
    };
    this.groups = new MemoryGroups(this.#results, this.#context);
    this.chords = new MemoryChords(this.#results, this.#context);
  }

  async connect(): Promise<void> {}

  async store(requests: readonly StoreRequest[], joint?: JointWork): Promise<StoreReport> {
    if (joint !== undefined) throw new ForeignJointWorkError(joint.domain, this.name);
    requireResultIds(requests.map((request) => request.meta.task_id));
    const nowMs = this.#context.clock.now();
    const times = { nowMs, expiresAtMs: resultExpiresAt(nowMs, this.#context.resultExpiresMs) };
    return { outcomes: this.#results.store(requests, this.#context, times), settled: [] };
  }

  async load(ids: readonly string[]): Promise<readonly (ResultMeta | undefined)[]> {
    requireResultIds(ids);
    const nowMs = this.#context.clock.now();
    return ids.map((id) => this.#results.find(id, nowMs)?.read());
  }

  watch(onReady: (metas: readonly ResultMeta[]) => void): ResultWatch {
    const { clock, logger } = this.#context;
    const watch = new MemoryWatch(
      this.#results.watchRegister(() => clock.now()),
      logger,
      onReady,
    );
    const handle: ResultWatch = {
      add: (ids) => watch.add(ids),
      remove: (ids) => watch.remove(ids),
      close: async () => {
        this.#watches.delete(handle);
        await watch.close();
      },
    };
    this.#watches.add(handle);
    return handle;
  }

  async forget(ids: readonly string[]): Promise<void> {
    requireResultIds(ids);
    for (const id of ids) this.#results.forget(id);
  }

  async cleanup(): Promise<number> {
    return 0;
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#watches, (watch) => watch.close()));
  }
}
