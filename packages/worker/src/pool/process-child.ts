import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@celeriac/protocol';
import type { ChildMessage, ParentMessage } from './child/child-messages.ts';
import { RecallLines } from './child/recall-lines.ts';
import { ChildLife } from './child-life.ts';
import type { PoolChild, PoolChildOptions } from './pool-child.ts';

/** After its exit, how long the rest of what it said may take. */
const LAST_OUTPUT_MS = 200;
/** Enough of stderr to find the words of V8 in. */
const TAIL_LENGTH = 8192;
const OUT_OF_MEMORY = 'JavaScript heap out of memory';
const MIB = 1024 * 1024;

/** What processes need beyond what all children do. */
export interface ProcessOptions {
  /** Options of node itself. */
  readonly execArgv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** One process of a pool, from its start to its end. */
export class ProcessChild implements PoolChild {
  readonly #options: PoolChildOptions & ProcessOptions;
  readonly #child: ChildProcess;
  readonly #life: ChildLife;
  /** Those who wait for answers to what they want back, in order. */
  readonly #recalls: ((jobs: readonly number[]) => void)[] = [];
  #tail = '';

  constructor(options: PoolChildOptions & ProcessOptions) {
    this.#options = options;
    this.#child = this.#fork();
    this.#life = new ChildLife(this, options);
    this.#watch();
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get ready(): Promise<void> {
    return this.#life.ready;
  }

  get gone(): Promise<void> {
    return this.#life.gone;
  }

  send(message: ParentMessage): void {
    // A process that is just dying: `onGone` follows.
    this.#child.send(message, () => {});
  }

  /** It may die meanwhile: then nothing is answered, and `onGone` follows. */
  recall(jobs: readonly number[]): Promise<readonly number[]> {
    const { promise, resolve } = Promise.withResolvers<readonly number[]>();
    this.#recalls.push(resolve);
    this.#pipe?.write(RecallLines.of(jobs));
    return promise;
  }

  async stop(): Promise<void> {
    if (this.#child.connected) this.send({ kind: 'stop' });
    else this.kill();
    await this.#life.stopped();
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  get #pipe(): Duplex | undefined {
    return this.#child.stdio[4] as Duplex | undefined;
  }

  #fork(): ChildProcess {
    const { setup, execArgv, env } = this.#options;
    return fork(entryPath(), [JSON.stringify(setup)], {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'pipe', 'ipc', 'pipe'],
      execArgv: [...execArgv],
      env,
    });
  }

  #watch(): void {
    const child = this.#child;
    child.on('message', (message) => this.#life.receive(message as ChildMessage));
    child.stderr?.on('data', (chunk: Buffer) => this.#read(chunk));
    const lines = new RecallLines((jobs) => this.#recalls.shift()?.(jobs));
    this.#pipe?.on('data', (chunk: Buffer) => lines.read(chunk));
    this.#pipe?.on('error', () => {});
    child.once('error', (error) => {
      this.#life.reason ??= error.message;
      if (child.pid === undefined) this.#life.over(null, null);
    });
    child.once('exit', (exitCode, signal) => void this.#exited(exitCode, signal));
  }

  #read(chunk: Buffer): void {
    process.stderr.write(chunk);
    this.#tail = `${this.#tail}${chunk.toString()}`.slice(-TAIL_LENGTH);
    if (this.#tail.includes(OUT_OF_MEMORY)) {
      this.#life.reason = `${OUT_OF_MEMORY} (limit ${Math.round(this.#life.heapLimitBytes / MIB)} MiB).`;
    }
  }

  /** What it said last may arrive after its exit: outcomes of tasks, and why it ended. */
  async #exited(exitCode: number | null, signal: NodeJS.Signals | null): Promise<void> {
    const waits: Promise<void>[] = [];
    const until = (isOver: boolean, listen: (done: () => void) => void): void => {
      if (isOver) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      listen(resolve);
      waits.push(promise);
    };
    const output = this.#child.stderr;
    until(output === null || output.readableEnded, (done) => output!.once('close', done));
    until(!this.#child.connected, (done) => this.#child.once('disconnect', done));
    const late = Promise.withResolvers<void>();
    const timer = systemClock.setTimer(LAST_OUTPUT_MS, late.resolve);
    await Promise.race([Promise.all(waits), late.promise]);
    timer.cancel();
    this.#life.over(exitCode, signal);
  }
}

/** The entry beside this file: `.ts` when run from source, `.js` when built. */
function entryPath(): string {
  const here = fileURLToPath(import.meta.url);
  return fileURLToPath(new URL(`./child/child-entry${extname(here)}`, import.meta.url));
}
