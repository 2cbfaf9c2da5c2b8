import { hostname } from 'node:os';
import type { Celeriac } from '@celeriac/core';
import { type AppRuntime, runtimeOf } from '@celeriac/core/internal';
import { isCeleriacError, systemClock, uuid } from '@celeriac/protocol';
import type { BeatStore } from '../store/beat-store.ts';
import { openStore } from '../store/open-store.ts';
import type { BeatEvent } from './beat-event.ts';
import { BeatTerm } from './beat-term.ts';
import { RecentIds } from './recent-ids.ts';
import { Sleeper } from './sleeper.ts';

/** How a beat differs from what the app's settings say. */
export interface BeatOptions {
  /** Where the schedule is kept: a URL, a file's name, or a store. Default `beatStore`, else `beatScheduleFilename`. */
  readonly store?: string | BeatStore;
  /** Longest sleep, seconds. Default `beatMaxLoopInterval`. */
  readonly maxInterval?: number;
  /** Seconds of silence after which another beat takes over. Default `beatLockTimeout`. */
  readonly lockTimeout?: number;
  /** It runs inside of a worker. */
  readonly isEmbedded?: boolean;
  /** Told of everything that happens; must not throw. */
  readonly onEvent?: (event: BeatEvent) => void;
}

/** More than can be under way when a store is lost. */
const RECENT = 10_000;
const LONGEST_STANDBY_MS = 5000;
/** At its end, how long sending, the last writes and giving the lead away may take together. */
const LAST_WRITES_MS = 8000;
const CLOSE_MS = 2000;
/** A term that lasted longer has worked. */
const SHORT_TERM_MS = 1000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Sends the periodic tasks of an app. Any number of beats may run on one shared store: one leads, the others wait to take
 * over.
 * @see celery/beat.py Service
 */
export class BeatService {
  readonly #app: Celeriac;
  readonly #options: BeatOptions;
  readonly #runtime: AppRuntime;
  readonly #sleeper: Sleeper;
  readonly #recent: RecentIds = new RecentIds(RECENT);
  #store: BeatStore | undefined;
  #term: BeatTerm | undefined;
  #running: Promise<void> | undefined;
  #isStopping = false;
  #isStandby = false;

  constructor(app: Celeriac, options: BeatOptions = {}) {
    this.#app = app;
    this.#options = options;
    this.#runtime = runtimeOf(app);
    this.#sleeper = new Sleeper(this.#runtime.clock);
  }

  /** Resolves when the beat has ended; rejects with what ended it. */
  get ended(): Promise<void> {
    return this.#running ?? Promise.resolve();
  }

  /**
   * Loads the app's modules and opens the store; sending goes on in the background.
   * @throws {BeatLockedError} while another beat uses the same file
   * @throws {BeatStoreError} | {@link InvalidUrlError} | {@link ModuleLoadError}
   */
  async start(): Promise<void> {
    const runtime = this.#runtime;
    await runtime.loadTasks();
    const { beatStore, beatScheduleFilename } = runtime.settings;
    const { store = beatStore ?? beatScheduleFilename, isEmbedded } = this.#options;
    const { name, logger, clock } = runtime;
    this.#store = typeof store === 'string' ? await openStore({ url: store, namespace: name, logger, clock }) : store;
    await this.#store.open();
    if (this.#isStopping) return;
    logger.info(`beat: Starting... schedule in ${this.#store.url}`);
    runtime.signals.beatInit.send({ app: name });
    if (isEmbedded === true) runtime.signals.beatEmbeddedInit.send({ app: name });
    const first = await this.#tryToLead(this.#store);
    this.#running = this.#run(this.#store, first);
    // Whoever asks for `ended` hears of it; nobody has to.
    this.#running.catch(() => {});
  }

  /**
   * Finishes what is being sent and gives the lead away; a store that does not answer is left alone after some seconds. Safe to
   * call twice and before `start`.
   */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#term?.end('it was stopped');
    this.#sleeper.wake();
    if (!(await this.#patiently(LAST_WRITES_MS, this.#running))) this.#running = undefined;
    if (typeof this.#options.store !== 'object') await this.#patiently(CLOSE_MS, this.#store?.close());
  }

  /**
   * Waits for the end of something, well or not, for so long at most: a store that hangs must not keep the beat from ending.
   * @returns whether it has ended
   */
  async #patiently(longestMs: number, work: Promise<void> | undefined): Promise<boolean> {
    const late = Promise.withResolvers<boolean>();
    const timer = systemClock.setTimer(longestMs, () => {
      this.#runtime.logger.error(
        `beat: the schedule store did not answer within ${longestMs / 1000} seconds; what it has not written is sent again`,
      );
      late.resolve(false);
    });
    const ended = (work ?? Promise.resolve()).then(
      () => true,
      () => true,
    );
    try {
      return await Promise.race([ended, late.promise]);
    } finally {
      timer.cancel();
    }
  }

  async #run(store: BeatStore, first: BeatTerm | undefined): Promise<void> {
    const { clock, logger } = this.#runtime;
    let pauseMs = FIRST_PAUSE_MS;
    for (let term = first; ; term = undefined) {
      const beganMs = clock.monotonic();
      let isStandby = false;
      try {
        term ??= await this.#tryToLead(store);
        isStandby = term === undefined;
        if (term !== undefined) await this.#lead(term);
      } catch (error) {
        if (isCeleriacError(error, 'CLR_BEAT_LOCKED')) throw error;
        if (this.#isStopping) return;
        logger.error(`beat: ${error instanceof Error ? error.message : String(error)} Trying again.`);
      }
      if (this.#isStopping) return;
      if (isStandby) {
        pauseMs = FIRST_PAUSE_MS;
        await this.#sleeper.sleep(Math.min(this.#ttlMs / 3, LONGEST_STANDBY_MS));
        continue;
      }
      // Terms that end at once, as with a store that can be read and not be written, come further and further apart.
      if (clock.monotonic() - beganMs > SHORT_TERM_MS) pauseMs = FIRST_PAUSE_MS;
      await this.#pause(pauseMs);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  /** Whoever ended the last term may have woken the sleeper; only a stop cuts a pause short. */
  async #pause(ms: number): Promise<void> {
    const { clock } = this.#runtime;
    const untilMs = clock.monotonic() + ms;
    for (let restMs = ms; restMs > 0 && !this.#isStopping; restMs = untilMs - clock.monotonic()) {
      await this.#sleeper.sleep(restMs);
    }
  }

  async #tryToLead(store: BeatStore): Promise<BeatTerm | undefined> {
    if (this.#isStopping) return undefined;
    const owner = `${hostname()}:${process.pid}:${uuid().slice(0, 8)}`;
    const ttlMs = this.#ttlMs;
    const lease = await store.acquire(owner, ttlMs);
    if (lease === undefined) {
      if (!this.#isStandby) {
        this.#isStandby = true;
        this.#runtime.logger.info('beat: another beat leads, waiting');
        this.#emit({ type: 'standby' });
      }
      return undefined;
    }
    this.#isStandby = false;
    const maxInterval = this.#options.maxInterval ?? this.#runtime.settings.beatMaxLoopInterval;
    return new BeatTerm({
      app: this.#app,
      store,
      lease,
      ttlMs,
      maxIntervalMs: maxInterval > 0 ? maxInterval * 1000 : Number.POSITIVE_INFINITY,
      sleeper: this.#sleeper,
      recent: this.#recent,
      emit: (event) => this.#emit(event),
    });
  }

  async #lead(term: BeatTerm): Promise<void> {
    this.#term = term;
    if (this.#isStopping) term.end('it was stopped');
    try {
      const reason = await term.run();
      if (this.#isStopping) return;
      this.#runtime.logger.warning(`beat: it leads no more: ${reason}`);
    } finally {
      this.#term = undefined;
      if (!this.#isStopping) this.#emit({ type: 'deposed' });
      await term.release().catch(() => {});
    }
  }

  get #ttlMs(): number {
    return (this.#options.lockTimeout ?? this.#runtime.settings.beatLockTimeout) * 1000;
  }

  #emit(event: BeatEvent): void {
    try {
      this.#options.onEvent?.(event);
    } catch (error) {
      this.#runtime.logger.error(`beat: onEvent threw: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
