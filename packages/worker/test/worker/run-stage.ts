import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Celeriac } from '@celeriac/core';
import { runtimeOf } from '@celeriac/core/internal';
import { uuid } from '@celeriac/protocol';
import { useService } from '@celeriac/tooling/services';
import { onTestFinished } from 'vitest';

const script = fileURLToPath(new URL('./run-main.ts', import.meta.url));

const redis = await useService('redis');

/** Why there is no Redis; undefined when there is one. */
export const redisSkipped: string | undefined = redis.skipped;

export type RunBroker = 'sqlite' | 'redis';

/** A folder with a database, a client of it, and worker processes. */
export class Run {
  readonly folder: string;
  readonly ledger: string;
  readonly url: string;
  readonly app: Celeriac;
  readonly children: ChildProcess[] = [];
  output = '';

  readonly #transportOptions: object;

  constructor(folder: string, broker: RunBroker) {
    this.folder = folder;
    this.ledger = join(folder, 'ledger');
    this.url = broker === 'sqlite' ? `sqlite:///${folder}/run.db` : redis.skipped === undefined ? redis.url : '';
    this.#transportOptions = { leaseMs: 2000, ...(broker === 'redis' && { global_keyprefix: `${uuid()}:` }) };
    this.app = new Celeriac('client', {
      brokerUrl: this.url,
      resultBackend: this.url,
      configFile: false,
      environment: {},
      brokerTransportOptions: this.#transportOptions as Record<string, unknown>,
    });
  }

  /** Starts a worker; resolves when it is ready. */
  async worker(pool: 'async' | 'prefork', env: NodeJS.ProcessEnv = {}): Promise<ChildProcess> {
    const child = fork(script, [], {
      execArgv: ['--conditions=@celeriac/source'],
      env: {
        ...process.env,
        CELERY_BROKER_URL: this.url,
        CELERY_RESULT_BACKEND: this.url,
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
      .run((transport) => transport.size('celery'));
  }
}

/** @param broker - and result store */
export async function newRun(broker: RunBroker = 'sqlite'): Promise<Run> {
  const run = new Run(await mkdtemp(join(tmpdir(), 'celeriac-run-')), broker);
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
