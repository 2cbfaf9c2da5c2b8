import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, systemClock } from '@celeriac/protocol';
import type { Transport, TransportCapabilities } from '@celeriac/transport';
import type { Harness } from '../conformance/conformance-case.ts';
import { FakeClock } from '../fake-clock.ts';
import type { TcpFaultProxy } from '../faults/tcp-fault-proxy.ts';
import { BoundedTransport } from './bounded-transport.ts';
import type { ClientRequest, TransportConformanceOptions } from './transport-conformance-options.ts';

/** What a transport case gets. */
export interface TransportHarness extends Harness<TransportCapabilities> {
  /** How long to wait for something that must happen, milliseconds. */
  readonly waitMs: number;
  /** How fast an idle consumer must wake up, milliseconds. */
  readonly wakeMs: number;
  /** The clock that `now` and `pass` go by; give it to the clients of a case that lets time pass. */
  readonly clock: Clock;
  /** The lease to ask for, milliseconds. */
  readonly leaseMs: number | undefined;
  /** Longest time between the end of a lease and the message's return, milliseconds. */
  readonly sweepMs: number;
  readonly faults: TcpFaultProxy | undefined;
  /** Whether {@link TransportHarness.kill} works. */
  readonly canKill: boolean;
  /** A queue or exchange name that no other case uses. Queues of such names are removed afterwards. */
  name(label: string): string;
  /** A new client, not connected; closed afterwards. Its verbs are bounded by `waitMs`. */
  create(request?: Partial<ClientRequest>): Promise<Transport>;
  /** A new connected client. */
  connect(request?: Partial<ClientRequest>): Promise<Transport>;
  /** Makes a client vanish as `kill -9` would. */
  kill(client: Transport): Promise<void>;
  /** Unix milliseconds by {@link TransportHarness.clock}. */
  now(): number;
  /** Lets time pass on it. */
  pass(ms: number): Promise<void>;
}

const DEFAULT_REQUEST: ClientRequest = Object.freeze({ clock: systemClock, leaseMs: undefined });

/** Opens the harness of one case. */
export async function openTransportHarness(options: TransportConformanceOptions): Promise<TransportHarness> {
  await options.reset?.();
  return new CaseHarness(options, await options.create(DEFAULT_REQUEST));
}

class CaseHarness implements TransportHarness {
  readonly capabilities: TransportCapabilities;
  readonly waitMs: number;
  readonly wakeMs: number;
  readonly clock: Clock;
  readonly leaseMs: number | undefined;
  readonly sweepMs: number;
  readonly faults: TcpFaultProxy | undefined;
  readonly canKill: boolean;
  readonly #movable: FakeClock | undefined;
  readonly #options: TransportConformanceOptions;
  readonly #prefix = `conf-${randomBytes(5).toString('hex')}`;
  readonly #names: string[] = [];
  readonly #clients: BoundedTransport[] = [];
  /** Made to read the capabilities; the first one asked for gets it. */
  #spare: Transport | undefined;

  constructor(options: TransportConformanceOptions, first: Transport) {
    this.#options = options;
    this.#spare = first;
    this.capabilities = first.capabilities;
    this.waitMs = options.waitMs ?? 5_000;
    this.wakeMs = options.wakeMs ?? 500;
    this.#movable = options.movableClock ? new FakeClock(Date.now()) : undefined;
    this.clock = this.#movable ?? systemClock;
    this.leaseMs = options.leaseMs;
    this.sweepMs = options.sweepMs ?? 1_000;
    this.faults = options.faults;
    this.canKill = options.kill !== undefined;
  }

  name(label: string): string {
    const name = `${this.#prefix}-${label}`;
    this.#names.push(name);
    return name;
  }

  async create(request?: Partial<ClientRequest>): Promise<Transport> {
    const spare = request === undefined ? this.#spare : undefined;
    if (spare !== undefined) this.#spare = undefined;
    const subject = spare ?? (await this.#options.create({ ...DEFAULT_REQUEST, ...request }));
    const client = new BoundedTransport(subject, this.waitMs);
    this.#clients.push(client);
    return client;
  }

  async connect(request?: Partial<ClientRequest>): Promise<Transport> {
    const client = await this.create(request);
    await client.connect();
    return client;
  }

  async kill(client: Transport): Promise<void> {
    const index = this.#clients.findIndex((one) => Object.is(one, client));
    const [victim] = index === -1 ? [] : this.#clients.splice(index, 1);
    if (victim === undefined) throw new Error('kill() takes a client of this harness, once');
    await this.#options.kill?.(victim.subject);
  }

  now(): number {
    return this.clock.now();
  }

  async pass(ms: number): Promise<void> {
    await (this.#movable?.advance(ms) ?? sleep(ms));
  }

  async dispose(): Promise<void> {
    this.faults?.resume();
    await this.#spare?.close();
    await this.#removeQueues();
    for (const client of this.#clients.splice(0)) await client.close();
  }

  /** Clearing up is a kindness to the broker, no check: a transport that cannot remove fails a case of its own. */
  async #removeQueues(): Promise<void> {
    if (this.#names.length === 0) return;
    const janitor = await this.connect().catch(() => undefined);
    for (const name of this.#names) await janitor?.remove(name).catch(() => {});
  }
}
