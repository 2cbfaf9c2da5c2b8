import { EventEmitter } from 'node:events';
import {
  type Backend,
  type BackendCapabilities,
  ChordJoin,
  type ChordStore,
  decideStores,
  ForeignJointWorkError,
  type GroupStore,
  type ResultWatch,
  requireResultIds,
  type StoreReport,
  type StoreRequest,
} from '@celeriac/backend';
import {
  DEFAULT_LIMITS,
  isReady,
  type JointWork,
  jsonSerializer,
  type ResultMeta,
  type ResultTuple,
} from '@celeriac/protocol';
import type { BackendRequest } from '../backend/backend-conformance-options.ts';
import type { SoundBroker } from './sound-broker.fixture.ts';

interface KeptResult {
  readonly meta: ResultMeta;
  readonly storedAtMs: number;
}

/** A result store with everything: what the flaws of broken backends are put on. */
export class SoundServer {
  readonly results: Map<string, KeptResult> = new Map();
  readonly groups: Map<string, ResultTuple> = new Map();
  readonly chords: Map<string, ChordJoin> = new Map();
  readonly changes: EventEmitter = new EventEmitter().setMaxListeners(0);
}

/** The domain of the pairs that the sound transport and the sound backend make. */
export const SOUND_DOMAIN = 'sound:one-database';

const soundCapabilities: BackendCapabilities = Object.freeze({
  expiry: 'cleanup',
  wakeUp: 'push',
  durable: false,
  shared: true,
});

/** What a server would do to a value: nobody sees the sender's objects. */
function throughWire<T>(value: T): T {
  return jsonSerializer.decode(jsonSerializer.encode(value), DEFAULT_LIMITS) as T;
}

/** One client of a {@link SoundServer}. */
export class SoundBackend implements Backend {
  readonly name: string = 'sound';
  readonly url: string = 'sound://';
  readonly capabilities: BackendCapabilities = soundCapabilities;
  readonly jointDomain: string = SOUND_DOMAIN;
  readonly groups: GroupStore;
  readonly chords: ChordStore;
  readonly #server: SoundServer;
  readonly #request: BackendRequest;
  readonly #broker: SoundBroker | undefined;
  readonly #watches = new Set<ResultWatch>();

  /** @param broker - whose deliveries it settles in one step with its results */
  constructor(server: SoundServer, request: BackendRequest, broker?: SoundBroker) {
    this.#server = server;
    this.#request = request;
    this.#broker = broker;
    this.groups = groupsOf(server);
    this.chords = chordsOf(server, request);
  }

  async connect(): Promise<void> {}

  async store(requests: readonly StoreRequest[], joint?: JointWork): Promise<StoreReport> {
    requireResultIds(requests.map(({ meta }) => meta.task_id));
    const settled = joint === undefined ? undefined : this.#settle(joint);
    const standing = (id: string): string | undefined => this.#server.results.get(id)?.meta.status;
    const { outcomes, winners } = decideStores(requests, standing, settled && new Set(settled));
    const storedAtMs = this.#request.clock.now();
    for (const { meta } of winners) this.#server.results.set(meta.task_id, { meta: throughWire(meta), storedAtMs });
    this.#server.changes.emit(
      'stored',
      winners.map(({ meta }) => meta.task_id),
    );
    return { outcomes, settled: settled ?? [] };
  }

  async load(ids: readonly string[]): Promise<readonly (ResultMeta | undefined)[]> {
    return ids.map((id) => this.#server.results.get(id)?.meta);
  }

  watch(onReady: (metas: readonly ResultMeta[]) => void): ResultWatch {
    const wanted = new Set<string>();
    const look = (ids: readonly string[]): void => {
      const metas = ids.map((id) => (wanted.has(id) ? this.#server.results.get(id)?.meta : undefined));
      const ready = metas.filter((meta) => meta !== undefined).filter((meta) => isReady(meta.status));
      for (const meta of ready) wanted.delete(meta.task_id);
      if (ready.length > 0) onReady(ready);
    };
    this.#server.changes.on('stored', look);
    const watch: ResultWatch = {
      add: (ids) => {
        for (const id of ids) wanted.add(id);
        queueMicrotask(() => look(ids));
      },
      remove: (ids) => {
        for (const id of ids) wanted.delete(id);
      },
      close: async () => {
        wanted.clear();
        this.#server.changes.off('stored', look);
      },
    };
    this.#watches.add(watch);
    return watch;
  }

  async forget(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#server.results.delete(id);
  }

  async cleanup(): Promise<number> {
    const { clock, resultExpiresMs = Number.POSITIVE_INFINITY } = this.#request;
    const results = [...this.#server.results];
    const expired = results.filter(([, kept]) => kept.storedAtMs + resultExpiresMs <= clock.now());
    for (const [id] of expired) this.#server.results.delete(id);
    return expired.length;
  }

  async close(): Promise<void> {
    for (const watch of this.#watches) await watch.close();
  }

  /** Stands for running the statement: its parameters are the receipts. */
  #settle({ domain, statement }: JointWork): readonly string[] {
    const broker = this.#broker;
    if (domain !== SOUND_DOMAIN || broker === undefined) throw new ForeignJointWorkError(domain, this.name);
    return (statement.parameters as readonly string[]).filter((receipt) => broker.held.delete(receipt));
  }
}

function groupsOf({ groups }: SoundServer): GroupStore {
  return {
    save: async (groupId, members) => {
      if (members === null) groups.delete(groupId);
      else groups.set(groupId, throughWire(members));
    },
    load: async (groupId) => groups.get(groupId),
  };
}

function chordsOf({ chords }: SoundServer, { clock }: BackendRequest): ChordStore {
  const chordOf = (groupId: string): ChordJoin => {
    const chord = chords.get(groupId) ?? new ChordJoin();
    chords.set(groupId, chord);
    return chord;
  };
  return {
    open: async (groupId, size) => chordOf(groupId).open(size),
    grow: async (groupId, by) => chordOf(groupId).grow(by),
    join: async (part) => chordOf(part.groupId).join(throughWire(part), clock.now()),
    close: async (groupId) => chordOf(groupId).close(),
  };
}
