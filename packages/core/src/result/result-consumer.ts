import type { Backend, GroupStore, ResultWatch } from '@celeriac/backend';
import {
  backoffMs,
  type Clock,
  isCeleriacError,
  isReady,
  type ResultMeta,
  type ResultTuple,
  type Timer,
} from '@celeriac/protocol';
import type { ErrorRegistry } from './failure-error.ts';
import { GroupsNotKeptError, ResultsDisabledError, ResultTimeoutError } from './result-errors.ts';
import type { WaitOptions } from './result-node.ts';
import type { ResultStore } from './result-source.ts';

/** How long connecting to a store that is away is tried for callers that set no timeout. */
const PATIENCE_MS = 60_000;

/** What a result consumer needs. */
export interface ResultConsumerParts {
  /** Connected; undefined when results are disabled. */
  readonly backend: () => Promise<Backend | undefined>;
  readonly clock: Clock;
  readonly errors: ErrorRegistry;
}

interface Asked {
  readonly id: string;
  resolve(meta: ResultMeta | undefined): void;
  reject(error: unknown): void;
}

interface Waiter {
  resolve(meta: ResultMeta): void;
  reject(error: unknown): void;
}

/**
 * Waits for results: one watch of the store for everybody who waits, however many they are. All ids that are waited for
 * in one turn of the event loop are watched together.
 */
export class ResultConsumer implements ResultStore {
  readonly #parts: ResultConsumerParts;
  /** One waiter is kept bare, since nearly every id has just one. */
  readonly #waiting: Map<string, Waiter | Waiter[]> = new Map();
  #watch: ResultWatch | undefined;
  #fresh: string[] = [];
  #asked: Asked[] = [];
  #opening = false;

  constructor(parts: ResultConsumerParts) {
    this.#parts = parts;
  }

  wait(id: string, { timeoutMs, signal }: WaitOptions): Promise<ResultMeta> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      if (timeoutMs === undefined && signal === undefined) this.#add(id, { resolve, reject });
      else this.#addLimited(id, { resolve, reject }, timeoutMs, signal);
    });
  }

  /** All that are asked for in one turn of the event loop are read together: a group asks for its members one by one. */
  load(id: string): Promise<ResultMeta | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#asked.push({ id, resolve, reject }) === 1) process.nextTick(() => void this.#loadAsked());
    });
  }

  async forget(ids: readonly string[]): Promise<void> {
    await (await this.#backend()).forget(ids);
  }

  async saveGroup(id: string, tuple: ResultTuple | null): Promise<void> {
    await (await this.#groups()).save(id, tuple);
  }

  async loadGroup(id: string): Promise<ResultTuple | undefined> {
    return (await this.#groups()).load(id);
  }

  errorOf(meta: ResultMeta): Error {
    return this.#parts.errors.errorOf(meta);
  }

  /** Ends every wait with `reason`. */
  async close(reason: Error): Promise<void> {
    this.#rejectAll(reason);
    await this.#watch?.close();
    this.#watch = undefined;
  }

  async #backend(): Promise<Backend> {
    const backend = await this.#parts.backend();
    if (backend === undefined) throw new ResultsDisabledError();
    return backend;
  }

  async #loadAsked(): Promise<void> {
    const asked = this.#asked;
    this.#asked = [];
    try {
      const metas = await (await this.#backend()).load(asked.map(({ id }) => id));
      for (const [index, { resolve }] of asked.entries()) resolve(metas[index]);
    } catch (error) {
      const [only] = asked;
      if (asked.length === 1) only!.reject(error);
      // One id that cannot be a result's name must not take the others with it.
      else for (const one of asked) this.#loadOne(one);
    }
  }

  #loadOne({ id, resolve, reject }: Asked): void {
    void this.#backend()
      .then((backend) => backend?.load([id]))
      .then((metas) => resolve(metas?.[0]), reject);
  }

  async #groups(): Promise<GroupStore> {
    const backend = await this.#backend();
    if (backend.groups === undefined) throw new GroupsNotKeptError(backend.name);
    return backend.groups;
  }

  #add(id: string, waiter: Waiter): void {
    const others = this.#waiting.get(id);
    if (others === undefined) {
      this.#waiting.set(id, waiter);
      if (this.#fresh.push(id) === 1) process.nextTick(() => void this.#watchFresh());
    } else if (Array.isArray(others)) others.push(waiter);
    else this.#waiting.set(id, [others, waiter]);
  }

  #addLimited(
    id: string,
    { resolve, reject }: Waiter,
    timeoutMs: number | undefined,
    signal: AbortSignal | undefined,
  ): void {
    let timer: Timer | undefined;
    const settle = (): void => {
      timer?.cancel();
      signal?.removeEventListener('abort', onAbort);
    };
    const waiter: Waiter = {
      resolve: (meta) => {
        settle();
        resolve(meta);
      },
      reject: (error) => {
        settle();
        reject(error);
      },
    };
    const give = (error: unknown): void => {
      this.#drop(id, waiter);
      waiter.reject(error);
    };
    const onAbort = (): void => give(signal?.reason);
    signal?.addEventListener('abort', onAbort);
    if (timeoutMs !== undefined) {
      timer = this.#parts.clock.setTimer(timeoutMs, () => give(new ResultTimeoutError(id, timeoutMs)));
    }
    this.#add(id, waiter);
  }

  #drop(id: string, waiter: Waiter): void {
    const waiters = this.#waiting.get(id);
    const left = Array.isArray(waiters) ? waiters.filter((other) => other !== waiter) : [];
    if (left.length > 0) this.#waiting.set(id, left);
    else if (this.#waiting.delete(id)) this.#watch?.remove([id]);
  }

  async #watchFresh(): Promise<void> {
    if (this.#opening) return;
    let watch = this.#watch;
    while (watch === undefined && this.#waiting.size > 0) watch = await this.#open();
    const ids = this.#fresh.filter((id) => this.#waiting.has(id));
    this.#fresh = [];
    if (watch === undefined || ids.length === 0) return;
    try {
      watch.add(ids);
    } catch {
      // One id that cannot be a result's name must not take the others with it.
      for (const id of ids) this.#watchOne(watch, id);
    }
  }

  #watchOne(watch: ResultWatch, id: string): void {
    try {
      watch.add([id]);
    } catch (error) {
      this.#settle(id, (waiter) => waiter.reject(error));
    }
  }

  /** Opens the watch; as long as somebody waits, a store that is away is tried again. */
  async #open(): Promise<ResultWatch | undefined> {
    this.#opening = true;
    const { clock } = this.#parts;
    const startedAt = clock.monotonic();
    try {
      for (let retries = 0; this.#waiting.size > 0; retries++) {
        try {
          const backend = await this.#backend();
          this.#watch ??= backend.watch((metas) => this.#ready(metas));
          return this.#watch;
        } catch (error) {
          const away = isCeleriacError(error, 'CLR_BACKEND_UNAVAILABLE');
          if (!away || clock.monotonic() - startedAt > PATIENCE_MS) this.#rejectAll(error);
          else await this.#pause(backoffMs(retries, { baseMs: 100, factor: 2, maxMs: 2000 }));
        }
      }
    } finally {
      this.#opening = false;
    }
    return undefined;
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.#parts.clock.setTimer(delayMs, resolve));
  }

  #ready(metas: readonly ResultMeta[]): void {
    for (const meta of metas) if (isReady(meta.status)) this.#settle(meta.task_id, (waiter) => waiter.resolve(meta));
  }

  #settle(id: string, how: (waiter: Waiter) => void): void {
    const waiters = this.#waiting.get(id);
    if (waiters === undefined) return;
    this.#waiting.delete(id);
    if (Array.isArray(waiters)) for (const waiter of waiters) how(waiter);
    else how(waiters);
  }

  #rejectAll(error: unknown): void {
    this.#fresh = [];
    for (const id of [...this.#waiting.keys()]) this.#settle(id, (waiter) => waiter.reject(error));
  }
}
