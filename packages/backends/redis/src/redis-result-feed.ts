import type { CeleryKeys, ResultFeed } from '@celeriac/backend';
import { backoffMs, type Clock, type Logger, type Timer } from '@celeriac/protocol';
import type { RedisPlan } from '@celeriac/redis';
import { LazyConnection } from './lazy-connection.ts';

/** Channels in one command. */
const AT_ONCE = 1000;

export interface RedisResultFeedOptions {
  readonly plan: RedisPlan;
  readonly keys: CeleryKeys;
  readonly clock: Clock;
  readonly logger: Logger;
}

type Listener = (ids: readonly string[]) => void;

/** Tells of results by the channels on which Celery's workers publish them. */
export class RedisResultFeed implements ResultFeed {
  readonly #options: RedisResultFeedOptions;
  readonly #connection: LazyConnection;
  readonly #listeners: Map<string, Listener> = new Map();
  /** What was told in this turn, to be passed on together. */
  #news: string[] = [];
  #timer: Timer | undefined;
  #failures = 0;

  constructor(options: RedisResultFeedOptions) {
    this.#options = options;
    const { plan, keys } = options;
    this.#connection = new LazyConnection({
      plan,
      anyKey: keys.task(''),
      onMessage: (channel) => this.#receive(channel),
      onLost: () => this.#retrySoon(),
    });
  }

  async subscribe(ids: readonly string[], onSet: Listener): Promise<void> {
    for (const id of ids) this.#listeners.set(id, onSet);
    await this.#listen(ids);
    this.#checkLater();
  }

  async unsubscribe(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#listeners.delete(id);
    // A connection that was lost has forgotten its subscriptions.
    if (!this.#connection.isOpen) return;
    const channels = ids.map((id) => this.#options.keys.task(id));
    await this.#connection.run(async (redis) => {
      for (let at = 0; at < channels.length; at += AT_ONCE) await redis.unsubscribe(channels.slice(at, at + AT_ONCE));
    });
  }

  close(): void {
    this.#listeners.clear();
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#connection.close();
  }

  async #listen(ids: readonly string[]): Promise<void> {
    const channels = ids.map((id) => this.#options.keys.task(id));
    await this.#connection.run(async (redis) => {
      for (let at = 0; at < channels.length; at += AT_ONCE) await redis.subscribe(channels.slice(at, at + AT_ONCE));
    });
  }

  #receive(channel: string): void {
    const id = this.#options.keys.taskIdOf(channel);
    if (id === undefined) return;
    if (this.#news.push(id) === 1) setImmediate(() => this.#tell());
  }

  #tell(): void {
    const told = new Map<Listener, string[]>();
    for (const id of this.#news.splice(0)) {
      const listener = this.#listeners.get(id);
      if (listener === undefined) continue;
      const ids = told.get(listener);
      if (ids === undefined) told.set(listener, [id]);
      else ids.push(id);
    }
    for (const [listener, ids] of told) listener(ids);
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
    for (const id of ids) if (this.#news.push(id) === 1) setImmediate(() => this.#tell());
  }
}
