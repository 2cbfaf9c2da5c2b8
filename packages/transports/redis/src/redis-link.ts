import type { Clock, Logger } from '@celeriac/protocol';
import {
  type RedisArgument,
  type RedisCommand,
  RedisConnection,
  type RedisPlan,
  type RedisReply,
  type RedisScript,
  RedisUnavailableError,
  textOf,
} from '@celeriac/redis';
import { type BrokerWarning, ConfigurationError } from '@celeriac/transport';
import { asTransportError } from './redis-transport-errors.ts';

/** Where the server tells which keys have changed. */
const INVALIDATIONS = '__redis__:invalidate';
const RETRY_MS = 250;
/** 6.2: several items are popped at once. */
const OLDEST_VERSION = 602;
/** How long a server that refuses for now is given, before another connection is tried. */
const PATIENCE_MS = 10_000;
const PATIENCE_WITH_OTHERS_MS = 1000;

export interface RedisLinkOptions {
  readonly plan: RedisPlan;
  readonly anyKey: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** These keys, which were watched, may have changed; all of them when none is named, as when the connection was lost. */
  readonly onChange: (keys?: readonly string[]) => void;
  /** A message of a channel. */
  readonly onMessage: (channel: string, message: Buffer, pattern: string) => void;
}

/**
 * The connections of one transport: one for commands, one for what the server tells by itself. Which lists have changed
 * comes from the server's own tracking of keys: nothing is polled, and nothing is taken by waiting.
 * @see https://redis.io/docs/latest/develop/reference/client-side-caching/
 */
export class RedisLink {
  readonly #options: RedisLinkOptions;
  readonly #commands: RedisConnection;
  readonly #news: RedisConnection;
  #lost: RedisUnavailableError | undefined;
  #tracking = false;
  #closed = false;

  constructor(options: RedisLinkOptions) {
    this.#options = options;
    const { plan, anyKey } = options;
    const onLost = (error: RedisUnavailableError): void => this.#end(error);
    this.#commands = new RedisConnection({ plan, anyKey, onLost });
    this.#news = new RedisConnection({
      plan,
      anyKey,
      onLost,
      onMessage: (channel, message, pattern = channel) => {
        if (channel === INVALIDATIONS) options.onChange(namesOf(message));
        else if (Buffer.isBuffer(message)) options.onMessage(channel, message, pattern);
      },
    });
  }

  get url(): string {
    return this.#options.plan.url;
  }

  /** Whether the connection was lost, and not closed by {@link close}. */
  get isLost(): boolean {
    return this.#lost !== undefined && !this.#closed;
  }

  /** Whether the server tells about changes; otherwise somebody must look. */
  get tracking(): boolean {
    return this.#tracking;
  }

  async connect(): Promise<void> {
    try {
      await Promise.all([this.#commands.connect(), this.#news.connect()]);
      this.#tracking = await this.#track();
      await this.#inspect();
    } catch (error) {
      this.close();
      throw asTransportError(this.url, error);
    }
  }

  /** @throws {ConnectionLostError} when the connection was lost */
  requireLive(): void {
    if (this.#lost !== undefined) throw asTransportError(this.url, this.#lost);
  }

  /** Runs a script. */
  run(script: RedisScript, keys: readonly string[], args: readonly RedisArgument[]): Promise<RedisReply> {
    return this.#translated(() => this.#commands.run(script, keys, args));
  }

  /** As {@link run}, but gives a server that refuses for now (READONLY, LOADING, MISCONF, BUSY) some time. */
  async runPatiently(
    script: RedisScript,
    keys: readonly string[],
    args: readonly RedisArgument[],
  ): Promise<RedisReply> {
    const { plan, clock, logger } = this.#options;
    const patienceMs = plan.kind === 'sentinel' || plan.kind === 'cluster' ? PATIENCE_WITH_OTHERS_MS : PATIENCE_MS;
    const endMs = clock.monotonic() + patienceMs;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#commands.run(script, keys, args);
      } catch (error) {
        const passing = error instanceof RedisUnavailableError && error.reply !== undefined;
        if (!passing || this.#closed || clock.monotonic() > endMs) throw asTransportError(this.url, error);
        if (attempt === 0)
          logger.error('The broker refuses for now, trying again', { url: this.url, error: error.message });
      }
      await new Promise<void>((resolve) => clock.setTimer(RETRY_MS, resolve));
    }
  }

  pipeline(commands: readonly RedisCommand[]): Promise<readonly RedisReply[]> {
    return this.#translated(() => this.#commands.pipeline(commands));
  }

  transaction(commands: readonly RedisCommand[]): Promise<readonly RedisReply[]> {
    return this.#translated(() => this.#commands.transaction(commands));
  }

  call(command: RedisCommand): Promise<RedisReply> {
    return this.#translated(() => this.#commands.call(command));
  }

  /** Wakes up when one of the keys changes. @returns whether one of them is there already */
  async watch(keys: readonly string[]): Promise<boolean> {
    if (!this.#tracking) return false;
    const [, count] = await this.pipeline([
      ['CLIENT', 'CACHING', 'YES'],
      ['EXISTS', ...keys],
    ]);
    return Number(count) > 0;
  }

  subscribePatterns(patterns: readonly string[]): Promise<void> {
    return this.#translated(() => this.#news.subscribePatterns(patterns));
  }

  /** A connection that died in silence is found out by asking it. */
  async checkNews(): Promise<void> {
    await this.#translated(() => this.#news.call(['PING']));
  }

  /** What an operator should know of this server. */
  async warnings(): Promise<readonly BrokerWarning[]> {
    const policy = evictingPolicy(textOf(await this.call(['INFO'])));
    if (policy === undefined) return [];
    return [
      {
        problem: `The server may drop messages to save memory: its maxmemory-policy is ${policy}`,
        hint: 'Set maxmemory-policy to noeviction.',
      },
    ];
  }

  close(): void {
    this.#closed = true;
    this.#end(new RedisUnavailableError(this.url, 'it was closed'));
  }

  #end(error: RedisUnavailableError): void {
    this.#lost ??= error;
    this.#commands.close();
    this.#news.close();
    this.#options.onChange();
  }

  async #translated<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw asTransportError(this.url, error);
    }
  }

  async #track(): Promise<boolean> {
    try {
      const id = textOf(await this.#news.call(['CLIENT', 'ID']));
      await this.#news.subscribe([INVALIDATIONS]);
      await this.#commands.call(['CLIENT', 'TRACKING', 'ON', 'REDIRECT', id, 'OPTIN']);
      return true;
    } catch (error) {
      if (error instanceof RedisUnavailableError) throw error;
      this.#options.logger.warning('The broker does not tell which queues change, so they are polled', {
        url: this.url,
        error,
      });
      return false;
    }
  }

  /** Refuses a server that lacks commands, and warns of one that drops messages. Who may not ask is believed. */
  async #inspect(): Promise<void> {
    let info: string;
    try {
      info = textOf(await this.#commands.call(['INFO']));
    } catch (error) {
      if (error instanceof RedisUnavailableError) throw error;
      return;
    }
    const version = /^redis_version:(\d+)\.(\d+)/m.exec(info);
    if (version !== null && Number(version[1]) * 100 + Number(version[2]) < OLDEST_VERSION) {
      throw new ConfigurationError('brokerUrl', `leads to Redis ${version[1]}.${version[2]}; 6.2 or newer is needed`);
    }
    const policy = evictingPolicy(info);
    if (policy === undefined) return;
    this.#options.logger.warning('The broker may drop messages to save memory: set maxmemory-policy to noeviction', {
      url: this.url,
      policy,
    });
  }
}

/** What the server tells of changed keys; nothing when all may have changed. */
function namesOf(message: Buffer | readonly Buffer[] | null): readonly string[] | undefined {
  return message === null || Buffer.isBuffer(message) ? undefined : message.map((name) => name.toString('utf8'));
}

/** A policy by which the server drops keys that nobody told it to; undefined for one that does not. */
function evictingPolicy(info: string): string | undefined {
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  return policy === 'noeviction' ? undefined : policy;
}
