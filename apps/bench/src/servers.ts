import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningService, startService } from '@celeriac/tooling/services';
import type { BrokerName, Place } from './systems/system.ts';

/** PostgreSQL as its packages set it up: a commit is on the disk. Redis as its peers' own benchmarks run it: in memory. */
const SETTINGS = {
  redis: { settings: { appendonly: 'no', save: '' } },
  rabbitmq: {},
  postgres: { durable: true },
} as const;

const SERVICES: Readonly<Record<BrokerName, readonly (keyof typeof SETTINGS)[]>> = {
  redis: ['redis'],
  rabbitmq: ['rabbitmq', 'redis'],
  postgres: ['postgres'],
  sqlite: [],
  memory: [],
};

/** A broker of the bench's own, with a clean place for each system. */
export class BenchServer {
  readonly broker: BrokerName;
  readonly #services: readonly RunningService[];
  readonly #folder: string;
  #places = 0;

  private constructor(broker: BrokerName, services: readonly RunningService[], folder: string) {
    this.broker = broker;
    this.#services = services;
    this.#folder = folder;
  }

  static async start(broker: BrokerName): Promise<BenchServer> {
    const folder = await mkdtemp(join(tmpdir(), 'celeriac-bench-'));
    const services = await Promise.all(SERVICES[broker].map((name) => startService(name, SETTINGS[name])));
    return new BenchServer(broker, services, folder);
  }

  /** Its processes, for what they cost. */
  get pids(): readonly number[] {
    return this.#services.flatMap((service) => service.parts.flatMap((part) => part.pid ?? []));
  }

  /** A place where nothing is yet. */
  async clean(): Promise<Place> {
    const serial = ++this.#places;
    if (this.broker === 'sqlite') {
      const url = `sqlite:///${this.#folder}/bench-${serial}.db`;
      return { broker: url, store: url };
    }
    if (this.broker === 'memory') return { broker: `memory://bench-${serial}`, store: `memory://bench-${serial}` };
    const [broker, store = broker] = this.#services as [RunningService, RunningService?];
    if (this.broker === 'postgres') {
      const name = `bench_${serial}`;
      await broker.exec('-c', `create database ${name}`);
      const url = new URL(broker.url);
      url.pathname = `/${name}`;
      return { broker: url.href, store: url.href };
    }
    await store.exec('FLUSHALL');
    return { broker: broker.url, store: store.url };
  }

  /** Bytes that Redis uses now. */
  async redisBytes(): Promise<number> {
    const info = await this.#services.find(({ name }) => name === 'redis')?.exec('INFO', 'memory');
    return Number(/used_memory:(\d+)/.exec(info ?? '')?.[1] ?? Number.NaN);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#services.map((service) => service.stop()));
    await rm(this.#folder, { recursive: true, force: true });
  }
}
