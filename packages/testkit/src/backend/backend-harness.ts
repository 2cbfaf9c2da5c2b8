import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend, BackendCapabilities } from '@celeriac/backend';
import { type Clock, systemClock } from '@celeriac/protocol';
import type { Transport } from '@celeriac/transport';
import type { Harness } from '../conformance/conformance-case.ts';
import { FakeClock } from '../fake-clock.ts';
import { BoundedTransport } from '../transport/bounded-transport.ts';
import type { BackendConformanceOptions, BackendRequest, JointPair } from './backend-conformance-options.ts';
import { BoundedBackend } from './bounded-backend.ts';

/** What a backend case gets. */
export interface BackendHarness extends Harness<BackendCapabilities> {
  /** How long to wait for something that must happen, milliseconds. */
  readonly waitMs: number;
  /** How fast a watcher must learn of a result, milliseconds. */
  readonly noticeMs: number;
  /** The expiry to ask for, milliseconds. */
  readonly expiryMs: number;
  /** How long a claim to run a chord's body stands, milliseconds. */
  readonly chordClaimMs: number;
  /** Whether the backend joins chords by itself. */
  readonly hasChords: boolean;
  /** Whether its chords can be made larger once they are opened. */
  readonly growsChords: boolean;
  readonly hasGroups: boolean;
  readonly canPair: boolean;
  /** Whether `pass` moves a clock instead of waiting. */
  readonly movesClock: boolean;
  /** The clock that `pass` goes by; give it to the clients of a case that lets time pass. */
  readonly clock: Clock;
  /** An id that no other case uses; what was stored under it is forgotten afterwards. */
  id(label: string): string;
  /** A new client, not connected; closed afterwards. Its verbs are bounded by `waitMs`. */
  create(request?: Partial<BackendRequest>): Promise<Backend>;
  /** A new connected client. */
  connect(request?: Partial<BackendRequest>): Promise<Backend>;
  /** A connected transport and backend of one database. */
  connectPair(): Promise<JointPair>;
  /** Lets time pass on the clock. */
  pass(ms: number): Promise<void>;
}

const DEFAULT_REQUEST: BackendRequest = Object.freeze({ clock: systemClock, resultExpiresMs: undefined });

/** Opens the harness of one case. */
export async function openBackendHarness(options: BackendConformanceOptions): Promise<BackendHarness> {
  await options.reset?.();
  return new CaseHarness(options, await options.create(DEFAULT_REQUEST));
}

class CaseHarness implements BackendHarness {
  readonly capabilities: BackendCapabilities;
  readonly waitMs: number;
  readonly noticeMs: number;
  readonly expiryMs: number;
  readonly chordClaimMs: number;
  readonly hasChords: boolean;
  readonly growsChords: boolean;
  readonly hasGroups: boolean;
  readonly canPair: boolean;
  readonly clock: Clock;
  readonly #movable: FakeClock | undefined;
  readonly #options: BackendConformanceOptions;
  readonly #prefix = `conf-${randomBytes(5).toString('hex')}`;
  readonly #ids: string[] = [];
  readonly #open: (Backend | Transport)[] = [];
  /** Made to read the capabilities; the first one asked for gets it. */
  #spare: Backend | undefined;

  constructor(options: BackendConformanceOptions, first: Backend) {
    this.#options = options;
    this.#spare = first;
    this.capabilities = first.capabilities;
    this.hasChords = first.chords !== undefined;
    this.growsChords = first.chords?.grow !== undefined;
    this.hasGroups = first.groups !== undefined;
    this.waitMs = options.waitMs ?? 5_000;
    this.noticeMs = options.noticeMs ?? 1_000;
    this.expiryMs = options.shortestExpiryMs ?? 1_000;
    this.chordClaimMs = options.chordClaimMs ?? 10_000;
    this.canPair = options.createPair !== undefined;
    this.#movable = options.movableClock ? new FakeClock(Date.now()) : undefined;
    this.clock = this.#movable ?? systemClock;
  }

  get movesClock(): boolean {
    return this.#movable !== undefined;
  }

  id(label: string): string {
    const id = `${this.#prefix}-${label}`;
    this.#ids.push(id);
    return id;
  }

  async create(request?: Partial<BackendRequest>): Promise<Backend> {
    const spare = request === undefined ? this.#spare : undefined;
    if (spare !== undefined) this.#spare = undefined;
    const subject = spare ?? (await this.#options.create({ ...DEFAULT_REQUEST, ...request }));
    return this.#keep(new BoundedBackend(subject, this.waitMs));
  }

  async connect(request?: Partial<BackendRequest>): Promise<Backend> {
    const backend = await this.create(request);
    await backend.connect();
    return backend;
  }

  async connectPair(): Promise<JointPair> {
    const pair = await this.#options.createPair?.();
    if (pair === undefined) throw new Error('the options name no `createPair`');
    const transport = this.#keep(new BoundedTransport(pair.transport, this.waitMs));
    const backend = this.#keep(new BoundedBackend(pair.backend, this.waitMs));
    await transport.connect();
    await backend.connect();
    return { transport, backend };
  }

  async pass(ms: number): Promise<void> {
    await (this.#movable?.advance(ms) ?? sleep(ms));
  }

  async dispose(): Promise<void> {
    await this.#spare?.close();
    await this.#forgetIds();
    for (const subject of this.#open.splice(0)) await subject.close();
  }

  #keep<Subject extends Backend | Transport>(subject: Subject): Subject {
    this.#open.push(subject);
    return subject;
  }

  /** Clearing up is a kindness to the store, no check: a backend that cannot forget fails a case of its own. */
  async #forgetIds(): Promise<void> {
    if (this.#ids.length === 0) return;
    const janitor = await this.connect().catch(() => undefined);
    await janitor?.forget(this.#ids).catch(() => {});
  }
}
