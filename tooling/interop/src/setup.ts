import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Celeriac } from '@celeriac/core';
import { decodeJson } from '@celeriac/protocol';
import { Worker } from '@celeriac/worker';
import { CeleriacClient } from './celeriac-client.ts';
import { ChildProgram } from './child-program.ts';
import { clientApp, interopApp } from './interop-app.ts';
import type { InteropConfig } from './interop-config.ts';
import type { CeleryRelease } from './newest-celery.ts';
import { type Abilities, PythonClient } from './python-client.ts';

/** A broker and a result store. */
export interface Stack {
  readonly name: string;
  readonly broker: string;
  readonly backend: string;
  readonly isAmqp: boolean;
  readonly isRpc: boolean;
  /** Quorum queues, which know no priorities. */
  readonly isQuorum?: true;
}

/** What a {@link Setup} is made of. */
export interface SetupPlan {
  readonly stack: Stack;
  readonly release: CeleryRelease;
  /** Of the Celeriac worker. */
  readonly pool: 'async' | 'prefork';
}

/** Queues of single cases, beside a worker's own. */
const sideQueues = (queue: string): readonly string[] => [`${queue}.urgent`, `${queue}.extra`];

const START_MS = 40_000;
const NOTE_MS = 10_000;
const pythonFolder = fileURLToPath(new URL('../python', import.meta.url));
const workerMain = fileURLToPath(new URL('worker-main.ts', import.meta.url));
const workerApp = fileURLToPath(new URL('worker-app.ts', import.meta.url));

/** One worker and one client of each language around one broker. */
export class Setup {
  readonly stack: Stack;
  readonly python: PythonClient;
  readonly celeriac: CeleriacClient;
  readonly pythonWorker: ChildProgram;
  readonly celeriacWorker: ChildProgram;
  readonly abilities: Abilities;
  readonly config: InteropConfig;
  readonly #clientApp: Celeriac;
  readonly #workerApp: Celeriac;
  readonly #release: CeleryRelease;
  readonly #heldWorkers: Worker[] = [];
  readonly #heldPrograms: ChildProgram[] = [];

  private constructor(
    { stack, release }: SetupPlan,
    config: InteropConfig,
    programs: { python: PythonClient; pythonWorker: ChildProgram; celeriacWorker: ChildProgram; abilities: Abilities },
  ) {
    this.stack = stack;
    this.#release = release;
    this.config = config;
    this.#clientApp = clientApp(config);
    this.#workerApp = interopApp(config);
    this.celeriac = new CeleriacClient(this.#clientApp);
    this.python = programs.python;
    this.pythonWorker = programs.pythonWorker;
    this.celeriacWorker = programs.celeriacWorker;
    this.abilities = programs.abilities;
  }

  static async start(plan: SetupPlan): Promise<Setup> {
    const { stack, release, pool } = plan;
    const run = `interop.${randomBytes(4).toString('hex')}`;
    const config: InteropConfig = {
      broker: stack.broker,
      backend: stack.backend,
      pythonQueue: `${run}.python`,
      celeriacQueue: `${run}.celeriac`,
      maxPriority: stack.isAmqp && !stack.isQuorum ? 10 : null,
      ...(stack.isQuorum && { quorum: true }),
      controlExchange: run,
      notes: mkdtempSync(join(tmpdir(), 'interop-')),
    };
    const python = new PythonClient(pythonPlan(release, config, ['client.py']));
    const pythonWorker = new ChildProgram(pythonPlan(release, config, pythonWorkerArguments(config.pythonQueue, run)));
    const celeriacWorker = new ChildProgram(celeriacPlan(config, run, pool));
    try {
      const [abilities] = await Promise.all([
        python.abilities(),
        pythonWorker.saying(/ ready\.$/m, START_MS),
        celeriacWorker.saying(/ ready\.$/m, START_MS),
      ]);
      return new Setup(plan, config, { python, pythonWorker, celeriacWorker, abilities });
    } catch (error) {
      await Promise.all([python.stop(), pythonWorker.stop(), celeriacWorker.stop()]);
      throw error;
    }
  }

  /** A Celeriac worker in this process, for what only its own API can do; one task at a time. */
  async celeriacWorkerHere(queue: string): Promise<Worker> {
    const worker = new Worker(this.#workerApp, {
      pool: 'async',
      concurrency: 1,
      prefetchMultiplier: 8,
      queues: [queue],
    });
    this.#heldWorkers.push(worker);
    await worker.start(AbortSignal.timeout(10_000));
    return worker;
  }

  /** One more Python worker, with a queue of its own; one task at a time. */
  async pythonWorkerHere(queue: string): Promise<void> {
    const { config } = this;
    const args = pythonWorkerArguments(queue, `${config.controlExchange}-more`);
    const worker = new ChildProgram(pythonPlan(this.#release, config, args));
    this.#heldPrograms.push(worker);
    await worker.saying(/ ready\.$/m, START_MS);
  }

  /** The node name of a worker. */
  nodeOf(language: 'python' | 'celeriac'): string {
    return `${this.config.controlExchange}${language === 'python' ? '' : '-ts'}@${hostname()}`;
  }

  /** What a task left for the test to see. @throws {Error} if it does not come */
  async note(name: string): Promise<{ readonly [field: string]: unknown }> {
    const deadline = performance.now() + NOTE_MS;
    while (performance.now() < deadline) {
      try {
        return decodeJson(readFileSync(join(this.config.notes, `${name}.json`), 'utf8')) as {
          [field: string]: unknown;
        };
      } catch {
        await sleep(10);
      }
    }
    throw new Error(`no note ${name}`);
  }

  /** Lets `interop.progress` go on. */
  letGo(id: string): void {
    writeFileSync(join(this.config.notes, `${id}.go`), '');
  }

  async stop(): Promise<void> {
    await Promise.all(this.#heldWorkers.map((worker) => worker.stop(1_000)));
    await Promise.all([this.pythonWorker, this.celeriacWorker, ...this.#heldPrograms].map((one) => one.stop()));
    const { pythonQueue, celeriacQueue } = this.config;
    await this.python.delete([pythonQueue, celeriacQueue].flatMap((queue) => [queue, ...sideQueues(queue)]));
    await this.python.stop();
    await Promise.all([this.#clientApp.close(), this.#workerApp.close()]);
    rmSync(this.config.notes, { recursive: true, force: true });
  }
}

function pythonPlan(release: CeleryRelease, config: InteropConfig, args: readonly string[]) {
  return {
    command: release.python ?? 'python3',
    args,
    cwd: pythonFolder,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', INTEROP_CONFIG: JSON.stringify(config) },
  };
}

/** One process, so that order of arrival is order of running. */
function pythonWorkerArguments(queue: string, run: string): readonly string[] {
  const quiet = ['--without-gossip', '--without-mingle', '--without-heartbeat'];
  const size = ['-c', '1', '--prefetch-multiplier', '8'];
  return ['worker.py', '-n', `${run}@%h`, '-Q', queue, '-l', 'INFO', ...size, ...quiet];
}

function celeriacPlan(config: InteropConfig, run: string, pool: string) {
  const size = pool === 'prefork' ? '1' : '20';
  const options = ['-n', `${run}-ts@%h`, '-Q', config.celeriacQueue, '-l', 'info', '-P', pool, '-c', size];
  return {
    command: process.execPath,
    args: ['--conditions=@celeriac/source', workerMain, '-A', workerApp, 'worker', ...options],
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, INTEROP_CONFIG: JSON.stringify(config) },
  };
}
