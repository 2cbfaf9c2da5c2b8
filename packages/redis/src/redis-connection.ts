import { Socket } from 'node:net';
import { Redis, type RedisOptions } from 'ioredis';
import { clusterNode } from './cluster-node.ts';
import { RedisUnavailableError, redisError } from './redis-errors.ts';
import { type RedisNode, type RedisPlan, tlsOptions } from './redis-plan.ts';
import type { RedisReply } from './redis-reply.ts';
import type { RedisScript } from './redis-script.ts';

/** An argument of a command. */
export type RedisArgument = string | number | Buffer;

/** A command with its arguments. */
export type RedisCommand = readonly [name: string, ...args: RedisArgument[]];

/** What a {@link RedisConnection} works with. */
export interface RedisConnectionOptions {
  readonly plan: RedisPlan;
  /** Any key that will be used: in a cluster its slot tells the node. */
  readonly anyKey: string;
  /** The connection has ended without `close()`. Called once. */
  readonly onLost?: (error: RedisUnavailableError) => void;
  /** A message of a subscription: its channel and its text; a list, or `null`, where the server itself tells something. */
  readonly onMessage?: (channel: string, message: Buffer | readonly Buffer[] | null, pattern?: string) => void;
}

/**
 * One connection to one server. It connects once and never again: who needs another one makes another one, so that
 * nothing is sent twice and nothing waits for a server that may not come back.
 *
 * All verbs throw {@link RedisUnavailableError}, {@link RedisAccessError} or {@link RedisReplyError}.
 */
export class RedisConnection {
  readonly url: string;
  readonly #options: RedisConnectionOptions;
  #client: Redis | undefined;
  #problem: unknown;
  #closed = false;
  #ready = false;
  #isGathering = false;

  constructor(options: RedisConnectionOptions) {
    this.#options = options;
    this.url = options.plan.url;
  }

  /** Connects, and makes sure that the server serves. */
  async connect(): Promise<void> {
    const { plan, anyKey } = this.#options;
    const open = (options: RedisOptions): Redis => this.#open(options);
    try {
      const client =
        plan.kind === 'cluster'
          ? await this.#openCluster(plan, anyKey)
          : open(plan.kind === 'sentinel' ? sentinelOptions(plan) : serverOptions(plan, plan.nodes[0]));
      this.#client = client;
      await client.connect();
      await client.ping();
      // ioredis goes on in database 0 when the one of the URL does not exist.
      if (isReply(this.#problem)) throw this.#problem;
      this.#ready = true;
    } catch (error) {
      const reason = redisError(this.url, isReply(error) ? error : (this.#problem ?? error));
      this.close();
      throw reason;
    }
    if (this.#closed) throw new RedisUnavailableError(this.url, 'it was closed');
  }

  /** Runs one command; answers come as buffers. */
  async call([name, ...args]: RedisCommand): Promise<RedisReply> {
    try {
      return (await this.#gathering.callBuffer(name, ...args)) as RedisReply;
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** Runs commands in one go, not as one: answers in their order. @throws for the first one that fails */
  async pipeline(commands: readonly RedisCommand[]): Promise<readonly RedisReply[]> {
    try {
      const pipeline = this.#gathering.pipeline();
      for (const [name, ...args] of commands) pipeline.callBuffer(name, ...args);
      return repliesOf(await pipeline.exec());
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** Runs commands as one, all or none (MULTI, EXEC). */
  async transaction(commands: readonly RedisCommand[]): Promise<readonly RedisReply[]> {
    try {
      const multi = this.#gathering.multi();
      for (const [name, ...args] of commands) multi.callBuffer(name, ...args);
      return repliesOf(await multi.exec());
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** Runs a script. */
  async run(script: RedisScript, keys: readonly string[], args: readonly RedisArgument[]): Promise<RedisReply> {
    const client = this.#gathering;
    try {
      try {
        return (await client.callBuffer('EVALSHA', script.sha, keys.length, ...keys, ...args)) as RedisReply;
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
        return (await client.callBuffer('EVAL', script.lua, keys.length, ...keys, ...args)) as RedisReply;
      }
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** Resolves when every later message of the channels will be told. */
  async subscribe(channels: readonly string[]): Promise<void> {
    if (channels.length > 0) await this.#listening(() => this.#live.subscribe(...channels));
  }

  async unsubscribe(channels: readonly string[]): Promise<void> {
    if (channels.length > 0) await this.#listening(() => this.#live.unsubscribe(...channels));
  }

  /** As {@link subscribe}, for patterns of channels. */
  async subscribePatterns(patterns: readonly string[]): Promise<void> {
    if (patterns.length > 0) await this.#listening(() => this.#live.psubscribe(...patterns));
  }

  /** Lets go of the socket at once; what is under way fails. */
  close(): void {
    this.#closed = true;
    this.#client?.disconnect();
  }

  async #listening(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw this.#failure(error);
    }
  }

  get #live(): Redis {
    if (this.#client === undefined || !this.#ready || this.#closed) {
      throw new RedisUnavailableError(this.url, this.#closed ? 'the connection is closed' : 'it is not connected');
    }
    return this.#client;
  }

  /**
   * For commands: all that are given in one turn of the event loop leave in one write. A write costs more than everything
   * else that a command takes here.
   */
  get #gathering(): Redis {
    const client = this.#live;
    const { stream } = client as unknown as { readonly stream: Socket };
    if (!this.#isGathering) {
      this.#isGathering = true;
      stream.cork();
      // After the last promise job of this turn, whatever it leads to.
      queueMicrotask(() =>
        process.nextTick(() => {
          this.#isGathering = false;
          stream.uncork();
        }),
      );
    }
    return client;
  }

  /** A timeout says nothing about the commands after it: the connection is given up. */
  #failure(error: unknown): Error {
    const failure = redisError(this.url, error);
    if (failure instanceof RedisUnavailableError && failure.reply === undefined) {
      this.#problem ??= error;
      this.#client?.disconnect();
    }
    return failure;
  }

  #open(options: RedisOptions): Redis {
    const client = new Redis(options);
    client.on('error', (error: unknown) => {
      this.#problem = error;
      heedFurtherErrors(client);
    });
    client.on('messageBuffer', (channel: Buffer, message: unknown) => this.#tell(channel, message));
    client.on('pmessageBuffer', (pattern: string | Buffer, channel: Buffer, message: unknown) =>
      this.#tell(channel, message, pattern.toString()),
    );
    client.on('end', () => this.#ended(client));
    return client;
  }

  #tell(channel: Buffer, message: unknown, pattern?: string): void {
    const told = Buffer.isBuffer(message) || Array.isArray(message) ? message : null;
    this.#options.onMessage?.(channel.toString('utf8'), told, pattern);
  }

  async #openCluster(plan: RedisPlan, key: string): Promise<Redis> {
    const node = await clusterNode(plan.nodes, key, (seed) => this.#open(serverOptions(plan, seed)));
    return this.#open(serverOptions(plan, node));
  }

  #ended(client: Redis): void {
    if (client !== this.#client || this.#closed) return;
    this.#closed = true;
    if (!this.#ready) return;
    const reason = this.#problem instanceof Error ? this.#problem.message : 'the server closed the connection';
    this.#options.onLost?.(new RedisUnavailableError(this.url, reason));
  }
}

/** ioredis listens for one error of a socket only; a TLS socket may tell of a second one, which would end the process. */
function heedFurtherErrors({ stream }: { readonly stream?: unknown }): void {
  if (stream instanceof Socket && !stream.listeners('error').includes(ignore)) stream.on('error', ignore);
}

function ignore(): void {}

function isReply(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

function repliesOf(results: readonly (readonly [Error | null, unknown])[] | null): readonly RedisReply[] {
  return (results ?? []).map(([error, reply]) => {
    if (error !== null) throw error;
    return reply as RedisReply;
  });
}

function commonOptions(plan: RedisPlan): RedisOptions {
  return {
    protocol: 2,
    lazyConnect: true,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    disableClientInfo: true,
    connectTimeout: plan.connectTimeoutMs,
    commandTimeout: plan.answerTimeoutMs,
    db: plan.db,
    ...(plan.username === undefined ? undefined : { username: plan.username }),
    ...(plan.password === undefined ? undefined : { password: plan.password }),
    ...(plan.clientName === undefined ? undefined : { connectionName: plan.clientName }),
  };
}

function serverOptions(plan: RedisPlan, node: RedisNode | undefined): RedisOptions {
  const place = node === undefined ? { path: plan.path } : { host: node.host, port: node.port };
  return { ...commonOptions(plan), ...place, ...(plan.tls && { tls: tlsOptions(plan.tls) }) };
}

function sentinelOptions(plan: RedisPlan): RedisOptions {
  return {
    ...commonOptions(plan),
    sentinels: plan.nodes.map(({ host, port }) => ({ host, port })),
    name: plan.masterName!,
    sentinelRetryStrategy: () => null,
    ...(plan.sentinelUsername === undefined ? undefined : { sentinelUsername: plan.sentinelUsername }),
    ...(plan.sentinelPassword === undefined ? undefined : { sentinelPassword: plan.sentinelPassword }),
    ...(plan.tls && { tls: tlsOptions(plan.tls), enableTLSForSentinelMode: true }),
  };
}
