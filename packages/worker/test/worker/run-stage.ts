import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Celeriac } from '@celeriac/core';
import { runtimeOf } from '@celeriac/core/internal';
import { uuid } from '@celeriac/protocol';
import { type PrivateService, usePrivateService, useService } from '@celeriac/tooling/services';
import { onTestFinished } from 'vitest';

const script = fileURLToPath(new URL('./run-main.ts', import.meta.url));

const redis = await useService('redis');

/** Why there is no Redis; undefined when there is one. */
export const redisSkipped: string | undefined = redis.skipped;

export type RunBroker = 'sqlite' | 'redis' | 'rabbitmq';

let rabbitmq: Promise<PrivateService> | undefined;

/** One for all runs of a file that want it. */
async function rabbitmqUrl(): Promise<string> {
  rabbitmq ??= usePrivateService('rabbitmq');
  const server = await rabbitmq;
  if (server.skipped !== undefined) throw new Error(server.skipped);
  return server.url;
}

/** A folder with a database, a client of it, and worker processes. */
export class Run {
  readonly folder: string;
  readonly ledger: string;
  readonly url: string;
  /** Its results: in a file where the broker keeps none. */
  readonly store: string;
  readonly queue: string = `run-${uuid()}`;
  readonly app: Celeriac;
  readonly children: ChildProcess[] = [];
  output = '';

  #transportOptions: object;

  constructor(folder: string, broker: RunBroker, url: string, leaseMs: number) {
    this.folder = folder;
    this.ledger = join(folder, 'ledger');
    this.url = url;
    this.store = broker === 'rabbitmq' ? `sqlite:///${folder}/results.db` : url;
    this.#transportOptions = broker === 'rabbitmq' ? { heartbeat: 2 } : { leaseMs };
    if (broker === 'redis') this.#transportOptions = { ...this.#transportOptions, global_keyprefix: `${uuid()}:` };
    this.app = new Celeriac('client', {
      brokerUrl: this.url,
      resultBackend: this.store,
      taskDefaultQueue: this.queue,
      configFile: false,
      environment: {},
      brokerTransportOptions: this.#transportOptions as Record<string, unknown>,
    });
  }

  /** Starts a worker; resolves when it is ready. @param nodeOptions - of node itself */
  async worker(
    pool: 'async' | 'prefork',
    env: NodeJS.ProcessEnv = {},
    nodeOptions: readonly string[] = [],
  ): Promise<ChildProcess> {
    const child = fork(script, [], {
      execArgv: ['--conditions=@celeriac/source', ...nodeOptions],
      env: {
        ...process.env,
        CELERY_BROKER_URL: this.url,
        CELERY_RESULT_BACKEND: this.store,
        CELERIAC_TASK_DEFAULT_QUEUE: this.queue,
        CELERIAC_BROKER_TRANSPORT_OPTIONS: JSON.stringify(this.#transportOptions),
        LEDGER: this.ledger,
        POOL: pool,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    }
    this.children.push(child);
    const exited = once(child, 'exit').then(([code]) => {
      throw new Error(`The worker ended with ${code}:\n${this.output}`);
    });
    exited.catch(() => {});
    await Promise.race([once(child, 'message'), exited]);
    return child;
  }

  async lines(word: string): Promise<readonly string[]> {
    const text = await readFile(this.ledger, 'utf8').catch(() => '');
    return text.split('\n').filter((line) => line.startsWith(word));
  }

  async waiting(): Promise<number> {
    return runtimeOf(this.app)
      .writer()
      .run((transport) => transport.size(this.queue));
  }
}

async function urlOf(broker: RunBroker, folder: string): Promise<string> {
  if (broker === 'sqlite') return `sqlite:///${folder}/run.db`;
  if (broker === 'rabbitmq') return rabbitmqUrl();
  if (redis.skipped !== undefined) throw new Error(redis.skipped);
  return redis.url;
}

/**
 * @param broker - and result store, where it keeps results
 * @param leaseMs - how long a worker that is not heard of keeps its messages
 */
export async function newRun(broker: RunBroker = 'sqlite', leaseMs: number = 2000): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), 'celeriac-run-'));
  const run = new Run(folder, broker, await urlOf(broker, folder), leaseMs);
  onTestFinished(async () => {
    for (const child of run.children) child.kill('SIGKILL');
    await run.app.close();
    await rm(run.folder, { recursive: true, force: true });
  });
  return run;
}

export async function exitOf(
  child: ChildProcess,
): Promise<{ code: number | null; signal: string | null; afterMs: number }> {
  const from = performance.now();
  const [code, signal] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode, child.signalCode];
  return { code, signal, afterMs: performance.now() - from };
}

/** The process in a line of the ledger. */
export const pidOf = (line: string): number => Number(line.split(' ')[1]);
