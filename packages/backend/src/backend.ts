import type { Clock, JointWork, Logger, ResultMeta, ResultTuple, Serializer } from '@celeriac/protocol';
import type { BackendCapabilities } from './capabilities.ts';

/** One outcome to keep. */
export interface StoreRequest {
  readonly meta: ResultMeta;
  /** `meta.result` as JSON text, when the caller has it already and the result serializer is json. */
  readonly resultText?: string;
  /** With joint work: keep it only when this guard is among the rows that the joint statement returned. */
  readonly guard?: string;
  /** Where the caller wants a message instead (rpc). */
  readonly replyTo?: string;
}

/** What became of a {@link StoreRequest}: kept, not kept since what stands outlasts it (see `outlasts`), or not kept since the guard was missing. */
export type StoreOutcome = 'stored' | 'final' | 'not-held';

/** Calls back for results that are, or become, ready. */
export interface ResultWatch {
  /** Watches more ids. A result that is ready already is reported too, soon. */
  add(ids: readonly string[]): void;
  remove(ids: readonly string[]): void;
  close(): Promise<void>;
}

/** Saved groups, by group id. */
export interface GroupStore {
  /** @param members - null forgets the group */
  save(groupId: string, members: ResultTuple | null): Promise<void>;
  load(groupId: string): Promise<ResultTuple | undefined>;
}

/** A finished member of a chord's header. */
export interface ChordPart {
  readonly groupId: string;
  readonly taskId: string;
  /** Position in the header; null when the sender gave none. */
  readonly index: number | null;
  readonly status: string;
  /** The value, or an exception, as in a ResultMeta. */
  readonly result: unknown;
}

/** Where a chord stands after a part was recorded. */
export interface ChordProgress {
  /** Distinct members recorded. */
  readonly done: number;
  /** Members expected; undefined when the join state is unknown (expired or never opened). */
  readonly size: number | undefined;
  /**
   * All parts in header order; given to one caller only, the one that must run the body. A caller that dies after this
   * is replaced: the next `join` of the same chord gets the parts again once `claimMs` have passed.
   */
  readonly parts: readonly ChordPart[] | undefined;
}

/** Joins chords atomically in the store. Counts which member finished, so a repeated completion changes nothing. */
export interface ChordStore {
  /** Expects `size` members; called before the header is sent. Opening again with another size corrects it. */
  open(groupId: string, size: number): Promise<void>;
  /**
   * Expects `by` members more than the chord was opened with. Absent where the size of a chord is fixed. A closed chord stays
   * as it is.
   */
  grow?(groupId: string, by: number): Promise<void>;
  join(part: ChordPart): Promise<ChordProgress>;
  /**
   * The body was sent: forget the parts. Until the join state expires the chord stays closed: a repeated completion
   * gets no parts, and opening it again changes nothing.
   */
  close(groupId: string): Promise<void>;
}

/**
 * A result store. Stores that only keep values by key implement `KeyValueStore` instead and get this from
 * `keyValueBackend`.
 *
 * All verbs throw {@link BackendUnavailableError} when the store cannot be reached; a caller may try again.
 */
export interface Backend {
  /** Short name such as `memory` or `sqlite`. */
  readonly name: string;
  /** The URL with its secrets masked. */
  readonly url: string;
  readonly capabilities: BackendCapabilities;
  /** Set when this store performs the settlements of a transport of the same domain in its own transaction. */
  readonly jointDomain?: string;
  readonly groups?: GroupStore;
  /** Absent where the store cannot join atomically: then the `celery.chord_unlock` task polls. */
  readonly chords?: ChordStore;
  /** Opens the connection. Every other verb may be called only after it. */
  connect(): Promise<void>;
  /**
   * Keeps outcomes, all or none. A stored SUCCESS is never overwritten, and no end of a task by a RETRY; see `outlasts`.
   * @param joint - settlements of `jointDomain` to make in the same transaction
   * @returns in the order given, and the rows of the joint statement as `settled`
   */
  store(requests: readonly StoreRequest[], joint?: JointWork): Promise<StoreReport>;
  /** In the order given; undefined for unknown ids (Celery's PENDING). */
  load(ids: readonly string[]): Promise<readonly (ResultMeta | undefined)[]>;
  /** @param onReady - never called with an empty list; each id is reported once, then no longer watched */
  watch(onReady: (metas: readonly ResultMeta[]) => void): ResultWatch;
  forget(ids: readonly string[]): Promise<void>;
  /** Drops expired results; resolves to how many. Does nothing where `expiry` is `native` or `none`. */
  cleanup(): Promise<number>;
  /** Safe to call twice and before `connect`. */
  close(): Promise<void>;
}

/** See {@link Backend.store}. */
export interface StoreReport {
  readonly outcomes: readonly StoreOutcome[];
  /** Guards returned by the joint statement; empty without one. */
  readonly settled: readonly string[];
}

/** What the application gives to a backend. */
export interface BackendContext {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Encodes and decodes results; json unless `resultSerializer` says otherwise. */
  readonly serializer: Serializer;
  /** How long results are kept, milliseconds; undefined = for ever. */
  readonly resultExpiresMs: number | undefined;
  /** Celery's `result_backend_transport_options`, not yet validated. */
  readonly options: { readonly [name: string]: unknown };
  /** The reply queue that this process names in the tasks it sends. */
  readonly replyTo?: string;
  /**
   * Makes a connection to the application's broker, for results that travel as messages: a `ConnectionGuard` of
   * `@celeriac/transport`, which this package does not know. It belongs to the caller.
   */
  readonly openBroker?: () => unknown;
}

/** What a backend package exports as `backend`: found by the scheme of the result backend's URL. */
export interface BackendPlugin {
  readonly schemes: readonly string[];
  /** Makes a backend; connects to nothing. @throws {CeleriacError} for a bad URL or option */
  create(url: string, context: BackendContext): Backend;
}
