import { setTimeout as pause } from 'node:timers/promises';
import { Celeriac, type CeleriacOptions } from '@celeriac/core';
import { runtimeOf } from '@celeriac/core/internal';
import { type Logger, type LogLevel, uuid } from '@celeriac/protocol';
import { TcpFaultProxy } from '@celeriac/testkit';
import { type PrivateService, usePrivateService } from '@celeriac/tooling/services';
import { Worker } from '@celeriac/worker';
import { onTestFinished } from 'vitest';

export type BrokerKind = 'redis' | 'rabbitmq' | 'postgres' | 'mariadb';
export type Server = Exclude<PrivateService, { readonly skipped: string }>;

/** Whether the full figures are asked for. */
export const LONG: boolean = process.env['CELERIAC_LONG'] === '1';
/** Slots of the worker: what may run twice when its connection is lost. */
export const CONCURRENCY = 4;
/** Sends that may be on their way when the connection is lost: what was accepted without our hearing of it comes twice. */
export const IN_FLIGHT = 8;

/** A server whose confirmed writes survive its being killed. */
export function durableServer(kind: BrokerKind): Promise<PrivateService> {
  const debugging = { 'enable-debug-command': 'yes', 'enable-protected-configs': 'yes' };
  return kind === 'redis'
    ? usePrivateService('redis', { durable: true, settings: debugging })
    : usePrivateService(kind, { durable: true });
}

/** Counts of one run, for the table and for assertions. */
export interface FaultReport {
  readonly accepted: number;
  readonly threw: number;
  readonly lost: readonly string[];
  readonly duplicates: number;
  /** From the end of the fault to the next task that ended. */
  readonly resumeMs: number;
  readonly longestSendMs: number;
}

export interface RigOptions {
  /** Whether everybody connects through a proxy. */
  readonly proxied?: boolean;
  readonly transportOptions?: { readonly [name: string]: unknown };
  readonly settings?: CeleriacOptions;
}

/** A worker of late-acknowledged tasks and a producer, with connections of their own, and a ledger of what happened. */
export class FaultRig {
  readonly server: Server;
  readonly proxy: TcpFaultProxy | undefined;
  readonly producer: Celeriac;
  readonly worker: Worker;
  readonly queue: string;
  readonly lines: string[] = [];
  readonly errors: Error[] = [];
  readonly #accepted = new Set<string>();
  readonly #ends = new Map<string, number>();
  #runs = 0;
  /** Infinite before the first fault. */
  #faultEndedAt = Number.POSITIVE_INFINITY;
  #resumedAt: number | undefined;
  #longestSendMs = 0;
  #tried = 0;

  private constructor(server: Server, proxy: TcpFaultProxy | undefined, url: string, options: RigOptions) {
    this.server = server;
    this.proxy = proxy;
    this.queue = `faults-${uuid()}`;
    const common: CeleriacOptions = {
      brokerUrl: url,
      resultBackend: null,
      brokerTransportOptions: { ...options.transportOptions },
      taskDefaultQueue: this.queue,
      taskAcksLate: true,
      configFile: false,
      environment: {},
      ...options.settings,
    };
    this.producer = new Celeriac('producer', { ...common, logger: recorder(this.lines) });
    const app = new Celeriac('consumer', { ...common, logger: recorder(this.lines) });
    app.task('fault.mark', async (id: string, workMs: number) => {
      if (workMs > 0) await pause(workMs);
      this.#ended(id);
    });
    this.worker = new Worker(app, { pool: 'async', concurrency: CONCURRENCY });
    onTestFinished(async () => {
      await this.worker.stop(0);
      await Promise.all([this.producer.close(), app.close()]);
      await this.proxy?.close();
    });
  }

  static async open(server: Server, options: RigOptions = {}): Promise<FaultRig> {
    const target = new URL(server.url);
    const proxy =
      options.proxied === true
        ? await TcpFaultProxy.open({ host: target.hostname, port: Number(target.port) })
        : undefined;
    const url = proxy === undefined ? server.url : server.url.replace(target.host, `${proxy.host}:${proxy.port}`);
    const rig = new FaultRig(server, proxy, url, options);
    await rig.worker.start(AbortSignal.timeout(20_000));
    return rig;
  }

  /** Tasks that ended, once each. */
  get ended(): number {
    return this.#ends.size;
  }

  /** Sends so many tasks at once; resolves when each was accepted or has thrown. */
  async send(count: number, workMs = 0): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.#sendOne(workMs)));
  }

  /** Sends a task every so often. @returns stops; resolves when each was accepted or has thrown */
  keepSending(everyMs: number, workMs = 5): () => Promise<void> {
    const sends: Promise<void>[] = [];
    const timer = setInterval(() => void sends.push(this.#sendOne(workMs)), everyMs);
    return async () => {
      clearInterval(timer);
      await Promise.all(sends);
    };
  }

  /** Waits until tasks have ended since the fault, `count` of them. */
  async resumed(count = 1, timeoutMs = 60_000): Promise<void> {
    const before = this.#ends.size;
    await this.until(
      () =>
        (this.#resumedAt !== undefined || this.#faultEndedAt === Number.POSITIVE_INFINITY) &&
        this.#ends.size >= before + count,
      'tasks run again',
      timeoutMs,
    );
  }

  /** Makes the fault; what ends from then on has resumed. */
  async fault(make: () => Promise<void>): Promise<void> {
    await make();
    this.#resumedAt = undefined;
    this.#faultEndedAt = performance.now();
  }

  async until(holds: () => boolean | Promise<boolean>, what: string, timeoutMs = 30_000): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!(await holds())) {
      if (performance.now() > deadline)
        throw new Error(`Waited in vain: ${what}.\n${this.lines.slice(-20).join('\n')}`);
      await pause(5);
    }
  }

  /** Waits until everything that was accepted has run, and counts. */
  async report(timeoutMs = 60_000): Promise<FaultReport> {
    const lost = (): string[] => [...this.#accepted].filter((id) => !this.#ends.has(id));
    await this.until(() => lost().length === 0, 'everything accepted has run', timeoutMs).catch(() => {});
    await this.worker.whenIdle();
    return {
      accepted: this.#accepted.size,
      threw: this.errors.length,
      lost: lost(),
      duplicates: this.#runs - this.#ends.size,
      resumeMs: (this.#resumedAt ?? Number.POSITIVE_INFINITY) - this.#faultEndedAt,
      longestSendMs: this.#longestSendMs,
    };
  }

  /** A connection beside those of worker and producer. */
  async size(): Promise<number> {
    return runtimeOf(this.producer)
      .writer()
      .run((transport) => transport.size(this.queue));
  }

  /** Every second one has no retries. */
  async #sendOne(workMs: number): Promise<void> {
    const id = String(this.#tried++);
    const retry = this.#tried % 2 === 0;
    const startedAt = performance.now();
    try {
      await this.producer.sendTask('fault.mark', [id, workMs], { retry });
      this.#accepted.add(id);
    } catch (error) {
      this.errors.push(error as Error);
    } finally {
      // Those with retries take as many tries.
      if (!retry) this.#longestSendMs = Math.max(this.#longestSendMs, performance.now() - startedAt);
    }
  }

  #ended(id: string): void {
    this.#runs++;
    this.#ends.set(id, performance.now());
    if (performance.now() >= this.#faultEndedAt) this.#resumedAt ??= performance.now();
  }
}

/** One row of the table that a reader of the test's output gets. */
export function tell(id: string, kind: string, report: FaultReport): void {
  const { accepted, threw, lost, duplicates, resumeMs, longestSendMs } = report;
  process.stdout.write(
    `| ${id} | ${kind} | accepted ${accepted} | threw ${threw} | lost ${lost.length} | duplicates ${duplicates} | resumed after ${Math.round(resumeMs)} ms | longest send ${Math.round(longestSendMs)} ms |\n`,
  );
}

function recorder(lines: string[]): Logger {
  const at = (level: LogLevel) => (message: string, fields?: object) =>
    void lines.push(`${level} ${message} ${fields === undefined ? '' : JSON.stringify(fields)}`);
  return {
    debug: () => {},
    info: () => {},
    warning: at('warning'),
    error: at('error'),
    isEnabled: (level) => level === 'warning' || level === 'error',
  };
}
