import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Celeriac } from '@celeriac/core';
import { ClusterState, EventReceiver, type ReceivedEvent } from '@celeriac/monitor';
import { ChildProgram, type ProgramPlan } from './child-program.ts';
import { clientApp } from './interop-app.ts';
import type { InteropConfig } from './interop-config.ts';
import type { CeleryRelease } from './newest-celery.ts';
import type { Stack } from './setup.ts';

const START_MS = 60_000;
const pythonFolder = fileURLToPath(new URL('../python', import.meta.url));
const workerMain = fileURLToPath(new URL('worker-main.ts', import.meta.url));
const workerApp = fileURLToPath(new URL('worker-app.ts', import.meta.url));

/** Workers of both languages that talk to each other, and a monitor of each. */
export class EventFleet {
  readonly run = `interop.${randomBytes(4).toString('hex')}`;
  readonly config: InteropConfig;
  readonly app: Celeriac;
  readonly state: ClusterState = new ClusterState();
  /** Everything that the monitor received. */
  readonly events: ReceivedEvent[] = [];
  readonly #release: CeleryRelease;
  readonly #programs: ChildProgram[] = [];
  readonly #receiver: EventReceiver;

  constructor(stack: Stack, release: CeleryRelease) {
    this.#release = release;
    this.config = {
      broker: stack.broker,
      backend: stack.backend,
      pythonQueue: `${this.run}.python`,
      celeriacQueue: `${this.run}.celeriac`,
      maxPriority: null,
      controlExchange: this.run,
      eventExchange: `${this.run}.ev`,
      notes: mkdtempSync(join(tmpdir(), 'interop-')),
    };
    this.app = clientApp(this.config);
    this.#receiver = new EventReceiver(this.app, {
      handlers: {
        '*': (event) => {
          this.events.push(event);
          this.state.event(event);
        },
      },
    });
  }

  async start(): Promise<void> {
    await this.#receiver.start(AbortSignal.timeout(START_MS));
  }

  /** The node name of a worker. */
  node(name: string): string {
    return `${this.run}-${name}@${hostname()}`;
  }

  /** A Celery worker with everything that Celeriac's takes part in. */
  async pythonWorker(name: string, level = 'INFO'): Promise<ChildProgram> {
    const { pythonQueue } = this.config;
    const args = ['worker.py', '-n', `${this.run}-${name}@%h`, '-Q', pythonQueue, '-l', level, '-c', '1', '-E'];
    return this.#ready(this.python(args));
  }

  async celeriacWorker(name: string): Promise<ChildProgram> {
    const options = [
      '-n',
      `${this.run}-${name}@%h`,
      '-Q',
      this.config.celeriacQueue,
      '-l',
      'debug',
      '-P',
      'async',
      '-E',
    ];
    const program = this.#start({
      command: process.execPath,
      args: ['--conditions=@celeriac/source', workerMain, '-A', workerApp, 'worker', ...options],
      cwd: fileURLToPath(new URL('..', import.meta.url)),
    });
    return this.#ready(program);
  }

  /** A program of the Python side. */
  python(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProgram {
    return this.#start({ command: this.#release.python ?? 'python3', args, cwd: pythonFolder, env });
  }

  /** Kills a program as a machine that loses power would. */
  kill(program: ChildProgram): void {
    process.kill(program.pid!, 'SIGKILL');
  }

  /** Looks again until it holds. */
  async until(holds: () => unknown, what: string, timeoutMs = 20_000): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!(await holds())) {
      if (performance.now() > deadline) throw new Error(`Waited in vain: ${what}.`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.stop()));
    await this.#receiver.stop(2000);
    await this.app.purge([this.config.pythonQueue, this.config.celeriacQueue]).catch(() => 0);
    await this.app.close();
    rmSync(this.config.notes, { recursive: true, force: true });
  }

  async #ready(program: ChildProgram): Promise<ChildProgram> {
    await program.saying(/ ready\.$/m, START_MS);
    return program;
  }

  #start(plan: Omit<ProgramPlan, 'env'> & { readonly env?: NodeJS.ProcessEnv }): ChildProgram {
    const own = { PYTHONDONTWRITEBYTECODE: '1', INTEROP_CONFIG: JSON.stringify(this.config) };
    const program = new ChildProgram({ ...plan, env: { ...process.env, ...own, ...plan.env } });
    this.#programs.push(program);
    return program;
  }
}
