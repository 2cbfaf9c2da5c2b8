import { type Clock, isReady, type Logger, type ResultMeta, type Timer } from '@celeriac/protocol';
import type { ResultWatch } from './backend.ts';
import { pollDelayMs } from './poll-delay.ts';
import { requireResultIds } from './result-id.ts';

/**
 * Hears of results that may have changed.
 * @param ids - of their tasks
 * @param metas - what was stored for each, where that was told too: fresh objects, which nobody else has
 */
export type ResultListener = (ids: readonly string[], metas?: readonly (ResultMeta | undefined)[]) => void;

/** Tells when results may have changed. Ids are task ids; see `KeyValueFeed` for what the calls promise. */
export interface ResultFeed {
  subscribe(ids: readonly string[], onSet: ResultListener): Promise<void>;
  unsubscribe(ids: readonly string[]): Promise<void>;
}

/** What a {@link ResultWatchHub} works with. */
export interface ResultWatchHubOptions {
  /** In the order given, undefined for unknown ids; fresh objects for every call. */
  readonly load: (ids: readonly string[]) => Promise<readonly (ResultMeta | undefined)[]>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Without it results are asked for again and again. */
  readonly feed?: ResultFeed;
  /** Wait between two polls, milliseconds; 500 by default, as Celery's `interval`. */
  readonly pollMs?: number;
}

/** Ids read by one `load`. */
const BATCH = 1000;
const POLL_MS = 500;

interface Watcher {
  readonly ids: Set<string>;
  readonly onReady: (metas: readonly ResultMeta[]) => void;
}

/**
 * All watches of one backend over one feed, or one timer that runs only while something is watched.
 *
 * With a feed it subscribes, then looks, then waits, so nothing that becomes ready in between is missed.
 */
export class ResultWatchHub {
  readonly #options: ResultWatchHubOptions;
  readonly #pollMs: number;
  readonly #watchers = new Map<string, Set<Watcher>>();
  readonly #subscribed = new Set<string>();
  readonly #due = new Set<string>();
  #running = false;
  #timer: { readonly timer: Timer; readonly dueMs: number } | undefined;
  #quiet = 0;
  #failures = 0;

  constructor(options: ResultWatchHubOptions) {
    this.#options = options;
    this.#pollMs = options.pollMs ?? POLL_MS;
  }

  /** See `Backend.watch`. */
  watch(onReady: (metas: readonly ResultMeta[]) => void): ResultWatch {
    const watcher: Watcher = { ids: new Set(), onReady };
    return {
      add: (ids) => this.#add(watcher, ids),
      remove: (ids) => this.#remove(watcher, ids),
      close: async () => this.#remove(watcher, [...watcher.ids]),
    };
  }

  /** These results may have changed: looks at those that are watched, at once. */
  look(ids: readonly string[]): void {
    for (const id of ids) if (this.#watchers.has(id)) this.#due.add(id);
    if (this.#failures === 0) this.#run();
    else if (!this.#running) this.#arm();
  }

  /** Ends every watch. */
  close(): void {
    this.#release([...this.#watchers.keys()]);
  }

  #add(watcher: Watcher, ids: readonly string[]): void {
    requireResultIds(ids);
    for (const id of ids) {
      if (watcher.ids.has(id)) continue;
      watcher.ids.add(id);
      const others = this.#watchers.get(id);
      if (others === undefined) this.#watchers.set(id, new Set([watcher]));
      else others.add(watcher);
    }
    this.#hurry();
    this.look(ids);
  }

  #remove(watcher: Watcher, ids: readonly string[]): void {
    const unwatched = ids.filter((id) => {
      if (!watcher.ids.delete(id)) return false;
      const others = this.#watchers.get(id);
      return others?.delete(watcher) === true && others.size === 0;
    });
    this.#release(unwatched);
  }

  /** Nobody watches these any longer. */
  #release(ids: readonly string[]): void {
    for (const id of ids) {
      this.#watchers.delete(id);
      this.#due.delete(id);
    }
    const subscribed = ids.filter((id) => this.#subscribed.delete(id));
    if (subscribed.length > 0) this.#unsubscribe(subscribed);
    if (this.#watchers.size === 0) this.#disarm();
  }

  #unsubscribe(ids: readonly string[]): void {
    this.#options.feed?.unsubscribe(ids).catch((error: unknown) => {
      this.#options.logger.debug('Results could not be unsubscribed from.', { count: ids.length, error });
    });
  }

  /** Starts a look in a microtask, so that everything added in this turn is read together. */
  #run(): void {
    if (this.#running || this.#due.size === 0) return;
    this.#running = true;
    queueMicrotask(() => void this.#lookAtAll());
  }

  async #lookAtAll(): Promise<void> {
    let found = 0;
    try {
      while (this.#due.size > 0) found += await this.#lookAtSome();
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      this.#disarm();
      this.#options.logger.warning('Results could not be read; trying again.', { failures: this.#failures, error });
    }
    this.#running = false;
    if (found > 0) this.#quiet = 0;
    this.#arm();
  }

  async #lookAtSome(): Promise<number> {
    const ids: string[] = [];
    for (const id of this.#due) if (ids.push(id) === BATCH) break;
    for (const id of ids) this.#due.delete(id);
    try {
      await this.#subscribe(ids);
      return this.#report(ids, await this.#options.load(ids));
    } catch (error) {
      for (const id of ids) if (this.#watchers.has(id)) this.#due.add(id);
      throw error;
    }
  }

  async #subscribe(ids: readonly string[]): Promise<void> {
    const { feed } = this.#options;
    if (feed === undefined) return;
    const fresh = ids.filter((id) => this.#watchers.has(id) && !this.#subscribed.has(id));
    if (fresh.length === 0) return;
    await feed.subscribe(fresh, (set, metas) => this.#hear(set, metas));
    const gone: string[] = [];
    for (const id of fresh) {
      if (this.#watchers.has(id)) this.#subscribed.add(id);
      else gone.push(id);
    }
    if (gone.length > 0) this.#unsubscribe(gone);
  }

  /** What was told needs no look. */
  #hear(ids: readonly string[], metas: readonly (ResultMeta | undefined)[] | undefined): void {
    if (metas !== undefined) this.#report(ids, metas);
    const untold = ids.filter((_id, at) => metas?.[at] === undefined);
    if (untold.length > 0) this.look(untold);
  }

  #report(ids: readonly string[], metas: readonly (ResultMeta | undefined)[]): number {
    const batches = new Map<Watcher, ResultMeta[]>();
    const done: string[] = [];
    for (const [index, id] of ids.entries()) {
      const meta = metas[index];
      if (meta === undefined || !isReady(meta.status) || !this.#watchers.has(id)) continue;
      done.push(id);
      this.#deal(id, meta, batches);
    }
    this.#release(done);
    for (const [watcher, batch] of batches) this.#tell(watcher, batch);
    return done.length;
  }

  #deal(id: string, meta: ResultMeta, batches: Map<Watcher, ResultMeta[]>): void {
    let taken = false;
    for (const watcher of this.#watchers.get(id) ?? []) {
      // Each is told once, also of a result that was told more than once.
      if (!watcher.ids.delete(id)) continue;
      // Only one gets the object itself: nobody shares what somebody else may change.
      const own = taken ? structuredClone(meta) : meta;
      taken = true;
      const batch = batches.get(watcher);
      if (batch === undefined) batches.set(watcher, [own]);
      else batch.push(own);
    }
  }

  #tell(watcher: Watcher, batch: readonly ResultMeta[]): void {
    try {
      watcher.onReady(batch);
    } catch (error) {
      this.#options.logger.error('A listener for results failed.', { error });
    }
  }

  #poll(): void {
    this.#timer = undefined;
    if (this.#failures === 0) this.#quiet += 1;
    if (this.#options.feed === undefined) for (const id of this.#watchers.keys()) this.#due.add(id);
    this.#run();
  }

  /** Sets the timer, unless it runs or nothing needs it: a feed needs one only after a failure. */
  #arm(): void {
    if (this.#timer !== undefined || this.#watchers.size === 0) return;
    if (this.#options.feed !== undefined && this.#failures === 0) return;
    this.#setTimer(pollDelayMs({ baseMs: this.#pollMs, quiet: this.#quiet, failures: this.#failures }));
  }

  /** Somebody new waits: the next poll is not further away than the first one would be. */
  #hurry(): void {
    if (this.#failures > 0) return;
    this.#quiet = 0;
    if (this.#timer === undefined || this.#timer.dueMs - this.#options.clock.monotonic() <= this.#pollMs) return;
    this.#disarm();
    this.#setTimer(this.#pollMs);
  }

  #setTimer(delayMs: number): void {
    const { clock } = this.#options;
    this.#timer = { dueMs: clock.monotonic() + delayMs, timer: clock.setTimer(delayMs, () => this.#poll()) };
  }

  #disarm(): void {
    this.#timer?.timer.cancel();
    this.#timer = undefined;
  }
}
