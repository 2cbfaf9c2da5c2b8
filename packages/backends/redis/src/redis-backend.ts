import { createHash } from 'node:crypto';
import {
  type Backend,
  type BackendCapabilities,
  type BackendContext,
  CeleryKeys,
  decideStores,
  ForeignJointWorkError,
  ResultCodec,
  type ResultWatch,
  ResultWatchHub,
  requireResultIds,
  resultTtlMs,
  type StoreReport,
  type StoreRequest,
} from '@celeriac/backend';
import {
  InvalidUrlError,
  type JointWork,
  jsonSerializer,
  type ResultMeta,
  silentLogger,
  systemClock,
} from '@celeriac/protocol';
import { keyPrefix, listOf, numberOf, type RedisPlan, type RedisReply, redisPlan } from '@celeriac/redis';
import { capabilities } from './capabilities.ts';
import { LazyConnection } from './lazy-connection.ts';
import { type RedisBackendSettings, redisBackendSettings } from './redis-backend-options.ts';
import { RedisChords } from './redis-chords.ts';
import { RedisGroups } from './redis-groups.ts';
import { RedisResultFeed } from './redis-result-feed.ts';
import { STORE } from './result-scripts.ts';
import type { StorePlace } from './store-place.ts';

/** Celery's `result_expires`. */
const ONE_DAY_MS = 86_400_000;
/** Results in one command. */
const AT_ONCE = 1000;
/** Times a batch is decided again because somebody else stored meanwhile; only without JSON. */
const MOST_TRIES = 10;

/** Settings of {@link redisBackend}. */
export interface RedisBackendOptions {
  /** `redis://user:password@host:6379/0`, `rediss://`, `redis+socket:///path`, `sentinel://host`, `redis+cluster://host`. */
  readonly url: string;
  /** By default the machine's clock, no log, JSON, no options, and results are kept for one day. */
  readonly context?: Partial<BackendContext>;
  /** How long a claim to run a chord's body stands, milliseconds; see `CHORD_CLAIM_MS`. */
  readonly chordClaimMs?: number;
}

/**
 * Results in a Redis server, in Celery's keys and form.
 * @throws {InvalidUrlError} with the URL masked
 */
export function redisBackend(options: RedisBackendOptions): Backend {
  return new RedisBackend(options);
}

class RedisBackend implements Backend {
  readonly name = 'redis';
  readonly url: string;
  readonly capabilities: BackendCapabilities = capabilities;
  readonly groups: RedisGroups;
  readonly chords: RedisChords;
  readonly #place: StorePlace;
  readonly #feed: RedisResultFeed;
  readonly #hub: ResultWatchHub;
  readonly #isJson: boolean;

  constructor({ url, context: given, chordClaimMs }: RedisBackendOptions) {
    const context: BackendContext = {
      clock: systemClock,
      logger: silentLogger,
      serializer: jsonSerializer,
      resultExpiresMs: ONE_DAY_MS,
      options: {},
      ...given,
    };
    const { clock, logger, serializer, resultExpiresMs } = context;
    const plan = redisPlan(url, context.options, 'resultBackend');
    const settings = redisBackendSettings(context.options, logger);
    const keys = new CeleryKeys(prefixOf(plan, settings));
    this.url = plan.url;
    this.#isJson = serializer.name === 'json';
    const connection = new LazyConnection({ plan, anyKey: keys.task('') });
    const codec = new ResultCodec(serializer, logger);
    this.#place = { connection, keys, codec, ttlMs: Math.ceil(resultTtlMs(resultExpiresMs) ?? 0) };
    this.groups = new RedisGroups(this.#place);
    this.chords = new RedisChords({
      ...this.#place,
      claimMs: chordClaimMs,
      ordered: settings.resultChordOrdered,
      isJson: this.#isJson,
    });
    this.#feed = new RedisResultFeed({ plan, keys, codec, clock, logger });
    this.#hub = new ResultWatchHub({ load: (ids) => this.load(ids), clock, logger, feed: this.#feed });
  }

  async connect(): Promise<void> {
    await this.#place.connection.run(async () => {});
  }

  async store(requests: readonly StoreRequest[], joint?: JointWork): Promise<StoreReport> {
    if (joint !== undefined) throw new ForeignJointWorkError(joint.domain, this.name);
    const ids = requests.map((request) => request.meta.task_id);
    requireResultIds(ids);
    if (ids.length === 0) return { outcomes: [], settled: [] };
    const report = this.#isJson ? await this.#storeAtOnce(requests) : await this.#storeAsRead(requests);
    this.#hub.look(ids);
    return report;
  }

  async load(ids: readonly string[]): Promise<readonly (ResultMeta | undefined)[]> {
    requireResultIds(ids);
    const values = await this.#read(ids);
    return ids.map((id, index) => {
      const value = values[index];
      return Buffer.isBuffer(value) ? this.#place.codec.decode(value, id) : undefined;
    });
  }

  watch(onReady: (metas: readonly ResultMeta[]) => void): ResultWatch {
    return this.#hub.watch(onReady);
  }

  async forget(ids: readonly string[]): Promise<void> {
    requireResultIds(ids);
    if (ids.length === 0) return;
    const { connection, keys } = this.#place;
    await connection.run((redis) => redis.call(['DEL', ...ids.map((id) => keys.task(id))]));
  }

  async cleanup(): Promise<number> {
    return 0;
  }

  async close(): Promise<void> {
    this.#hub.close();
    this.#feed.close();
    this.#place.connection.close();
  }

  /** The script sees by itself what stands. */
  async #storeAtOnce(requests: readonly StoreRequest[]): Promise<StoreReport> {
    const { outcomes, winners } = decideStores(requests, () => undefined);
    const verdicts = await this.#write(winners);
    // As it is nearly always.
    if (!verdicts.includes(1)) return { outcomes, settled: [] };
    const final = new Set(winners.filter((_winner, at) => verdicts[at] === 1).map(({ meta }) => meta.task_id));
    return {
      outcomes: outcomes.map((outcome, at) => (final.has(requests[at]!.meta.task_id) ? 'final' : outcome)),
      settled: [],
    };
  }

  /** What other serializers wrote is read here; the script makes sure that it still stands. */
  async #storeAsRead(requests: readonly StoreRequest[]): Promise<StoreReport> {
    const { codec } = this.#place;
    let rest = requests;
    const outcomes = new Map<StoreRequest, StoreReport['outcomes'][number]>();
    for (let attempt = 1; rest.length > 0; attempt++) {
      const ids = [...new Set(rest.map(({ meta }) => meta.task_id))];
      const values = await this.#read(ids);
      const standing = new Map(ids.map((id, at) => [id, values[at]]));
      const statusOf = (id: string): string | undefined => {
        const value = standing.get(id);
        return Buffer.isBuffer(value) ? codec.decode(value, id).status : undefined;
      };
      const decision = decideStores(rest, statusOf);
      const expected = attempt > MOST_TRIES ? undefined : (id: string): string => sha1Of(standing.get(id));
      const verdicts = await this.#write(decision.winners, expected);
      const changed = new Set(
        decision.winners.filter((_one, at) => verdicts[at] === 2).map(({ meta }) => meta.task_id),
      );
      rest.forEach((request, at) => {
        outcomes.set(request, decision.outcomes[at]!);
      });
      rest = rest.filter(({ meta }) => changed.has(meta.task_id));
    }
    return { outcomes: requests.map((request) => outcomes.get(request)!), settled: [] };
  }

  /** @param expected - what was read before under an id; left out where the script judges what stands by itself */
  async #write(winners: readonly StoreRequest[], expected?: (taskId: string) => string): Promise<readonly number[]> {
    const { connection, keys, codec, ttlMs } = this.#place;
    const texts = winners.map((request) => argumentOf(codec.encodeTextual(request)));
    const verdicts: number[] = [];
    for (let at = 0; at < winners.length; at += AT_ONCE) {
      const ids = winners.slice(at, at + AT_ONCE).map(({ meta }) => meta.task_id);
      const names = ids.map((id) => keys.task(id));
      const args = [ttlMs, ...texts.slice(at, at + AT_ONCE), ...(expected === undefined ? [] : ids.map(expected))];
      const reply = await connection.run((redis) => redis.run(STORE, names, args));
      verdicts.push(...listOf(reply).map(numberOf));
    }
    return verdicts;
  }

  async #read(ids: readonly string[]): Promise<readonly RedisReply[]> {
    const { connection, keys } = this.#place;
    const values: RedisReply[] = [];
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const names = ids.slice(at, at + AT_ONCE).map((id) => keys.task(id));
      values.push(...listOf(await connection.run((redis) => redis.call(['MGET', ...names]))));
    }
    return values;
  }
}

function argumentOf(encoded: string | Uint8Array): string | Buffer {
  return typeof encoded === 'string' ? encoded : Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
}

function prefixOf(plan: RedisPlan, settings: RedisBackendSettings): string {
  const prefix = keyPrefix(plan, settings.globalKeyprefix);
  if (prefix !== undefined) return prefix;
  throw new InvalidUrlError('resultBackend', plan.url, 'a cluster needs a hash tag in global_keyprefix', {
    hint: 'Choose one such as {celeriac}, so that all keys are in one slot.',
  });
}

function sha1Of(value: RedisReply | undefined): string {
  return createHash('sha1')
    .update(Buffer.isBuffer(value) ? value : '')
    .digest('hex');
}
