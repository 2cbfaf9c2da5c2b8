import { type JointWork, maskUrl, type ResultMeta } from '@celeriac/protocol';
import type {
  Backend,
  BackendContext,
  ChordStore,
  GroupStore,
  ResultWatch,
  StoreReport,
  StoreRequest,
} from './backend.ts';
import { ForeignJointWorkError } from './backend-errors.ts';
import type { BackendCapabilities } from './capabilities.ts';
import { CeleryKeys } from './celery-keys.ts';
import { KeyValueChords } from './key-value-chords.ts';
import { KeyValueGroups } from './key-value-groups.ts';
import type { KeyValueFeed, KeyValueMembers, KeyValueStore } from './key-value-store.ts';
import { ResultCodec } from './result-codec.ts';
import { resultTtlMs } from './result-expiry.ts';
import { requireResultId, requireResultIds } from './result-id.ts';
import { type ResultFeed, ResultWatchHub } from './result-watch-hub.ts';
import { decideStores } from './store-rules.ts';

/** What {@link keyValueBackend} is made of. */
export interface KeyValueBackendParts {
  /** Short name such as `memcached`. */
  readonly name: string;
  /** The URL as configured; it is masked here. */
  readonly url: string;
  readonly store: KeyValueStore;
  /** Tells when keys were set; without it results are polled. */
  readonly feed?: KeyValueFeed;
  /** Makes chords native; without it the `celery.chord_unlock` task polls. */
  readonly members?: KeyValueMembers;
  /** `wakeUp` follows from `feed`. */
  readonly capabilities: Omit<BackendCapabilities, 'wakeUp'>;
  readonly context: BackendContext;
  /** Put before every key, as Celery's `global_keyprefix`. */
  readonly keyPrefix?: string;
  /** Wait between two polls, milliseconds; 500 by default. */
  readonly pollMs?: number;
  /** How long a claim to run a chord's body stands, milliseconds; see `CHORD_CLAIM_MS`. */
  readonly chordClaimMs?: number;
  /** For stores whose `expiry` is `cleanup`: drops what has expired, resolves to how many results. */
  readonly cleanup?: () => Promise<number>;
}

/**
 * A result store with Celery's keys and values over a store that keeps bytes by key.
 * @see celery/backends/base.py BaseKeyValueStoreBackend
 */
export function keyValueBackend(parts: KeyValueBackendParts): Backend {
  return new KeyValueBackend(parts);
}

class KeyValueBackend implements Backend {
  readonly name: string;
  readonly url: string;
  readonly capabilities: BackendCapabilities;
  readonly groups: GroupStore;
  readonly chords?: ChordStore;
  readonly #store: KeyValueStore;
  readonly #keys: CeleryKeys;
  readonly #codec: ResultCodec;
  readonly #ttlMs: number | undefined;
  readonly #hub: ResultWatchHub;
  readonly #cleanup: (() => Promise<number>) | undefined;
  #connected = false;

  constructor(parts: KeyValueBackendParts) {
    const { store, members, feed, context } = parts;
    this.name = parts.name;
    this.url = maskUrl(parts.url);
    this.capabilities = Object.freeze({ ...parts.capabilities, wakeUp: feed === undefined ? 'poll' : 'push' });
    this.#store = store;
    this.#keys = new CeleryKeys(parts.keyPrefix);
    this.#codec = new ResultCodec(context.serializer, context.logger);
    this.#ttlMs = resultTtlMs(context.resultExpiresMs);
    this.#cleanup = parts.cleanup;
    const shared = { store, keys: this.#keys, codec: this.#codec, ttlMs: this.#ttlMs };
    this.groups = new KeyValueGroups(shared);
    if (members !== undefined) {
      const claimMs = parts.chordClaimMs === undefined ? undefined : { claimMs: parts.chordClaimMs };
      this.chords = new KeyValueChords({ ...shared, members, clock: context.clock, ...claimMs });
    }
    this.#hub = new ResultWatchHub({
      load: (ids) => this.load(ids),
      clock: context.clock,
      logger: context.logger,
      ...(feed === undefined ? undefined : { feed: taskFeed(feed, this.#keys) }),
      ...(parts.pollMs === undefined ? undefined : { pollMs: parts.pollMs }),
    });
  }

  async connect(): Promise<void> {
    if (this.#connected) return;
    await this.#store.connect();
    this.#connected = true;
  }

  async store(requests: readonly StoreRequest[], joint?: JointWork): Promise<StoreReport> {
    if (joint !== undefined) throw new ForeignJointWorkError(joint.domain, this.name);
    if (requests.length === 0) return { outcomes: [], settled: [] };
    const ids = requests.map((request) => request.meta.task_id);
    const standing = new Map((await this.load(ids)).map((meta, index) => [ids[index], meta?.status]));
    const { outcomes, winners } = decideStores(requests, (id) => standing.get(id));
    const entries = winners.map((request) => ({
      key: this.#keys.task(request.meta.task_id),
      value: this.#codec.encode(request),
      ttlMs: this.#ttlMs,
    }));
    if (entries.length > 0) await this.#store.set(entries);
    this.#hub.look(ids);
    return { outcomes, settled: [] };
  }

  async load(ids: readonly string[]): Promise<readonly (ResultMeta | undefined)[]> {
    requireResultIds(ids);
    if (ids.length === 0) return [];
    const values = await this.#store.get(ids.map((id) => this.#keys.task(id)));
    return ids.map((id, index) => {
      const bytes = values[index];
      return bytes === undefined ? undefined : this.#codec.decode(bytes, id);
    });
  }

  watch(onReady: (metas: readonly ResultMeta[]) => void): ResultWatch {
    return this.#hub.watch(onReady);
  }

  async forget(ids: readonly string[]): Promise<void> {
    for (const id of ids) requireResultId(id);
    if (ids.length > 0) await this.#store.delete(ids.map((id) => this.#keys.task(id)));
  }

  async cleanup(): Promise<number> {
    return this.capabilities.expiry === 'cleanup' && this.#cleanup !== undefined ? this.#cleanup() : 0;
  }

  async close(): Promise<void> {
    this.#hub.close();
    if (!this.#connected) return;
    this.#connected = false;
    await this.#store.close();
  }
}

/** Speaks of task ids to the one side and of keys to the other. */
function taskFeed(feed: KeyValueFeed, keys: CeleryKeys): ResultFeed {
  const keysOf = (ids: readonly string[]): readonly string[] => ids.map((id) => keys.task(id));
  return {
    subscribe: (ids, onSet) =>
      feed.subscribe(keysOf(ids), (set) =>
        onSet(set.map((key) => keys.taskIdOf(key)).filter((id) => id !== undefined)),
      ),
    unsubscribe: (ids) => feed.unsubscribe(keysOf(ids)),
  };
}
