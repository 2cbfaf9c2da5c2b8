import { setTimeout as delay } from 'node:timers/promises';
import { Agent } from '../agent/agent.ts';
import { cpuSeconds } from '../measure/process-cost.ts';
import type { BenchServer } from '../servers.ts';
import type { SpecialTask, SystemEntry } from '../systems/system.ts';

const FIRST_LOOK_MS = 1;
const LOOK_MS = 10;
const PATIENCE_MS = 120_000;

/** How a stage is set. */
export interface StageSetup {
  readonly server: BenchServer;
  readonly entry: SystemEntry;
  /** Worker processes. */
  readonly workers?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly python: string | undefined;
  /** Options of node, for the client's and the worker's process. */
  readonly execArgv?: { readonly client?: readonly string[]; readonly worker?: readonly string[] };
}

/** How a backlog was worked off. */
export interface DrainReport {
  readonly tasksPerSecond: number;
  /** From the start of the workers to the last result. */
  readonly startedSeconds: number;
  readonly cpu: CpuShare;
}

/** CPU seconds, by side. */
export interface CpuShare {
  readonly client: number;
  readonly worker: number;
  readonly broker: number;
}

/** One system in a clean place: a client, and workers that stand by. */
export class Stage {
  readonly client: Agent;
  readonly #server: BenchServer;
  readonly #workers: Agent[] = [];
  readonly #newWorker: () => Promise<Agent>;
  #sent = 0;

  private constructor(server: BenchServer, client: Agent, newWorker: () => Promise<Agent>) {
    this.#server = server;
    this.client = client;
    this.#newWorker = newWorker;
  }

  static async open({
    server,
    entry,
    workers = 1,
    env: extra = {},
    python,
    execArgv = {},
  }: StageSetup): Promise<Stage> {
    const place = await server.clean();
    const { module } = entry;
    const env = { ...entry.env, ...extra };
    const client = await Agent.start({ module, side: 'client', place, env, python, execArgv: execArgv.client ?? [] });
    const stage = new Stage(server, client, () =>
      Agent.start({ module, side: 'worker', place, env, python, execArgv: execArgv.worker ?? [] }),
    );
    for (let index = 0; index < workers; index++) await stage.addWorker();
    return stage;
  }

  /** One more worker process, which stands by. */
  async addWorker(): Promise<void> {
    this.#workers.push(await this.#newWorker());
  }

  /** Tasks so far. */
  get sent(): number {
    return this.#sent;
  }

  /** Sends a backlog. @returns tasks per second */
  async send(count: number, inFlight: number, bytes = 0): Promise<number> {
    const { ms } = await this.client.tell('send', { from: this.#sent, count, inFlight, bytes });
    this.#sent += count;
    return (count * 1000) / ms;
  }

  /** Sends tasks of another kind. */
  async sendSpecial(kind: SpecialTask, count: number, ms: number): Promise<void> {
    await this.client.tell('special', { kind, from: this.#sent, count, ms });
    this.#sent += count;
  }

  /** Lets the workers work until every result is in the store. */
  async drain(count: number, concurrency: number): Promise<DrainReport> {
    const before = this.cpu();
    const had = this.#sent - count;
    const startedAt = performance.now();
    await this.startWorkers(concurrency);
    const first = await this.#until((stored) => stored > had, FIRST_LOOK_MS);
    const last = await this.#until((stored) => stored >= this.#sent, LOOK_MS);
    await this.stopWorkers();
    const after = this.cpu();
    const seconds = (last.atMs - first.atMs) / 1000;
    return {
      startedSeconds: (last.atMs - startedAt) / 1000,
      // What was there at the first look was worked off before the clock ran.
      tasksPerSecond: seconds > 0 ? (last.stored - first.stored) / seconds : Number.NaN,
      cpu: {
        client: after.client - before.client,
        worker: after.worker - before.worker,
        broker: after.broker - before.broker,
      },
    };
  }

  /** Reads every result back. @throws when one is missing or wrong */
  async verify(): Promise<void> {
    await this.client.tell('verify', { count: this.#sent });
  }

  /** Resolves when so many results are in the store. */
  async untilStored(count: number): Promise<void> {
    await this.#until((stored) => stored >= count, FIRST_LOOK_MS);
  }

  async startWorkers(concurrency: number): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.tell('start', { concurrency })));
  }

  async stopWorkers(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.tell('stop', {})));
  }

  /** Resident memory of the first worker, bytes. */
  async workerMemory(): Promise<number> {
    return (await this.#workers[0]!.tell('memory', {})).bytes;
  }

  /** CPU seconds used so far. */
  cpu(): CpuShare {
    return {
      client: cpuSeconds([this.client.pid]),
      worker: cpuSeconds(this.#workers.map(({ pid }) => pid)),
      broker: cpuSeconds(this.#server.pids),
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#workers, this.client].map((agent) => agent.end()));
  }

  async #until(isEnough: (stored: number) => boolean, lookMs: number): Promise<{ atMs: number; stored: number }> {
    const endsAt = performance.now() + PATIENCE_MS;
    for (;;) {
      const { count } = await this.client.tell('stored', { target: this.#sent });
      const atMs = performance.now();
      if (isEnough(count)) return { atMs, stored: count };
      if (atMs > endsAt) throw new Error(`Only ${count} of ${this.#sent} results after ${PATIENCE_MS / 1000} s.`);
      await delay(lookMs);
    }
  }
}
