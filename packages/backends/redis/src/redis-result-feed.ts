import type { CeleryKeys, ResultCodec, ResultFeed, ResultListener } from '@celeriac/backend';
import { backoffMs, type Clock, type Logger, parseResultMeta, type ResultMeta, type Timer } from '@celeriac/protocol';
import type { RedisPlan } from '@celeriac/redis';
import { LazyConnection } from './lazy-connection.ts';

/** Channels in one command. */
const AT_ONCE = 1000;
/** How long channels that nobody needs any more may stay: leaving them is kept out of the way of the next call. */
const LEAVE_MS = 50;

export interface RedisResultFeedOptions {
  readonly plan: RedisPlan;
  readonly keys: CeleryKeys;
  readonly codec: ResultCodec;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Tells of results by the channels on which Celery's workers publish them, with what they store. */
export class RedisResultFeed implements ResultFeed {
  readonly #options: RedisResultFeedOptions;
  readonly #connection: LazyConnection;
  readonly #listeners: Map<string, ResultListener> = new Map();
  /** What was told in this turn, to be passed on together: the last text of each id, where there is one. */
  #news: Map<string, Buffer | undefined> = new Map();
  /** Channels to be left. */
  readonly #leaving: Set<string> = new Set();
  #leaveTimer: Timer | undefined;
  #timer: Timer | undefined;
  #failures = 0;

  constructor(options: RedisResultFeedOptions) {
    this.#options = options;
    const { plan, keys } = options;
    this.#connection = new LazyConnection({
      plan,
      anyKey: keys.task(''),
      onMessage: (channel, text) => this.#receive(channel, Buffer.isBuffer(text) ? text : undefined),
      onLost: () => this.#retrySoon(),
    });
  }

  async subscribe(ids: readonly string[], onSet: ResultListener): Promise<void> {
    for (const id of ids) {
      this.#listeners.set(id, onSet);
      this.#leaving.delete(id);
    }
    try {
      await this.#listen(ids);
    } catch (error) {
      // Nobody leaves what was never come to.
      for (const id of ids) if (this.#listeners.get(id) === onSet) this.#listeners.delete(id);
      throw error;
    }
    this.#checkLater();
  }

  async unsubscribe(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      this.#listeners.delete(id);
      this.#leaving.add(id);
    }
    this.#leaveTimer ??= this.#options.clock.setTimer(LEAVE_MS, () => void this.#leave(), { ref: false });
  }

  close(): void {
    this.#listeners.clear();
    for (const timer of [this.#timer, this.#leaveTimer]) timer?.cancel();
    this.#timer = undefined;
    this.#leaveTimer = undefined;
    this.#connection.close();
  }

  async #leave(): Promise<void> {
    this.#leaveTimer = undefined;
    const { keys, logger } = this.#options;
    // A connection that was lost has forgotten its subscriptions.
    if (!this.#connection.isOpen) return this.#leaving.clear();
    try {
      await this.#connection.run(async (redis) => {
        while (this.#leaving.size > 0) {
          // Only those that nobody has come back to while others were left.
          const ids = [...this.#leaving].slice(0, AT_ONCE);
          for (const id of ids) this.#leaving.delete(id);
          await redis.unsubscribe(ids.map((id) => keys.task(id)));
        }
      });
    } catch (error) {
      logger.debug('Results could not be unsubscribed from.', { error });
    }
  }

  async #listen(ids: readonly string[]): Promise<void> {
    const channels = ids.map((id) => this.#options.keys.task(id));
    await this.#connection.run(async (redis) => {
      for (let at = 0; at < channels.length; at += AT_ONCE) await redis.subscribe(channels.slice(at, at + AT_ONCE));
    });
  }

  #receive(channel: string, text: Buffer | undefined): void {
    const id = this.#options.keys.taskIdOf(channel);
    if (id !== undefined) this.#note(id, text);
  }

  #note(id: string, text: Buffer | undefined): void {
    if (this.#news.size === 0) setImmediate(() => this.#tell());
    this.#news.set(id, text);
  }

  #tell(): void {
    const told = new Map<ResultListener, { readonly ids: string[]; readonly metas: (ResultMeta | undefined)[] }>();
    const all = this.#news;
    this.#news = new Map();
    for (const [id, text] of all) {
      const listener = this.#listeners.get(id);
      if (listener === undefined) continue;
      let news = told.get(listener);
      if (news === undefined) {
        news = { ids: [], metas: [] };
        told.set(listener, news);
      }
      news.ids.push(id);
      news.metas.push(this.#read(id, text));
    }
    for (const [listener, { ids, metas }] of told) listener(ids, metas);
  }

  /** What cannot be read is looked at in the store: anybody may say anything on a channel. */
  #read(id: string, text: Buffer | undefined): ResultMeta | undefined {
    if (text === undefined) return undefined;
    try {
      const meta = parseResultMeta(this.#options.codec.decodeValue(text));
      return meta.task_id === id ? meta : undefined;
    } catch {
      return undefined;
    }
  }

  /** A connection that died in silence is found out by asking it. */
  #checkLater(): void {
    if (this.#timer !== undefined) return;
    const { clock, plan } = this.#options;
    this.#timer = clock.setTimer(plan.healthCheckMs, () => void this.#check(), { ref: false });
  }

  async #check(): Promise<void> {
    this.#timer = undefined;
    if (this.#listeners.size === 0) return;
    try {
      await this.#connection.run((redis) => redis.call(['PING']));
      this.#checkLater();
    } catch {
      this.#retrySoon();
    }
  }

  #retrySoon(): void {
    if (this.#listeners.size === 0) return;
    const { clock } = this.#options;
    this.#timer?.cancel();
    const delayMs = backoffMs(this.#failures++, { baseMs: 100, factor: 2, maxMs: 2000 });
    this.#timer = clock.setTimer(delayMs, () => void this.#listenAgain());
  }

  /** Listens to everything once more, and has everything looked at: what was told meanwhile is not known. */
  async #listenAgain(): Promise<void> {
    this.#timer = undefined;
    const ids = [...this.#listeners.keys()];
    if (ids.length === 0) return;
    try {
      await this.#listen(ids);
    } catch (error) {
      const { logger, plan } = this.#options;
      logger.warning('Results cannot be listened for, trying again.', { url: plan.url, error });
      this.#retrySoon();
      return;
    }
    this.#failures = 0;
    this.#checkLater();
    for (const id of ids) this.#note(id, undefined);
  }
}
