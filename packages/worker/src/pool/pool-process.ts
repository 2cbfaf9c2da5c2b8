import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@celeriac/protocol';
import type { ChildMessage, ChildSetup, EndedReport, ParentMessage } from './child/child-messages.ts';
import { PoolError } from './pool-error.ts';
import type { ProcessEnd } from './worker-lost.ts';

/** After its exit, how long the rest of its stderr may take. */
const LAST_OUTPUT_MS = 200;
/** How long a process may take to end by itself. */
const STOP_MS = 1500;
/** Enough of stderr to find the words of V8 in. */
const TAIL_LENGTH = 8192;
const OUT_OF_MEMORY = 'JavaScript heap out of memory';
const MIB = 1024 * 1024;

/** What a pool process needs, and whom it tells. */
export interface PoolProcessOptions {
  readonly setup: ChildSetup;
  /** Milliseconds it may take until it is ready. */
  readonly aliveTimeoutMs: number;
  /** Options of node itself. */
  readonly execArgv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly onEnded: (process: PoolProcess, report: EndedReport) => void;
  /** It is gone; called once, also when it never became ready. */
  readonly onGone: (process: PoolProcess, end: ProcessEnd) => void;
}

/** One process of the pool, from its start to its end. Processes live in real time, whatever clock the app has. */
export class PoolProcess {
  /** Resolves when it can run tasks; rejects with {@link PoolError} when it ends before, or takes too long. */
  readonly ready: Promise<void>;
  /** Resolves when it is gone. */
  readonly gone: Promise<void>;
  readonly #options: PoolProcessOptions;
  readonly #child: ChildProcess;
  readonly #ready: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #gone: PromiseWithResolvers<void> = Promise.withResolvers();
  #tail = '';
  #reason: string | undefined;
  #heapLimitBytes = 0;

  constructor(options: PoolProcessOptions) {
    this.#options = options;
    this.ready = this.#ready.promise;
    this.gone = this.#gone.promise;
    // Whoever does not wait for it learns of it by `onGone`.
    this.ready.catch(() => {});
    this.#child = this.#fork();
    this.#watch();
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  send(message: ParentMessage): void {
    // A process that is just dying: `onGone` follows.
    this.#child.send(message, () => {});
  }

  /** Asks it to end, and kills it when it does not. */
  async stop(): Promise<void> {
    if (this.#child.connected) this.send({ kind: 'stop' });
    else this.kill();
    const timer = systemClock.setTimer(STOP_MS, () => this.kill());
    await this.gone;
    timer.cancel();
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #fork(): ChildProcess {
    const { setup, execArgv, env } = this.#options;
    return fork(entryPath(), [JSON.stringify(setup)], {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      execArgv: [...execArgv],
      env,
    });
  }

  #watch(): void {
    const child = this.#child;
    const { aliveTimeoutMs, setup } = this.#options;
    const tooLate = systemClock.setTimer(aliveTimeoutMs, () => {
      this.#ready.reject(new PoolError(setup.appModule, `it was not ready within ${aliveTimeoutMs} ms`, SLOW_START));
      this.kill();
    });
    this.ready.then(
      () => tooLate.cancel(),
      () => tooLate.cancel(),
    );
    child.on('message', (message) => this.#receive(message as ChildMessage));
    child.stderr?.on('data', (chunk: Buffer) => this.#read(chunk));
    child.once('error', (error) => {
      this.#reason ??= error.message;
      if (child.pid === undefined) this.#ended(null, null);
    });
    child.once('exit', (exitCode, signal) => void this.#exited(exitCode, signal));
  }

  #receive(message: ChildMessage): void {
    switch (message.kind) {
      case 'ready':
        this.#heapLimitBytes = message.heapLimitBytes;
        this.#ready.resolve();
        return;
      case 'ended':
        this.#options.onEnded(this, message);
        return;
      default:
        this.#reason = message.reason;
    }
  }

  #read(chunk: Buffer): void {
    process.stderr.write(chunk);
    this.#tail = `${this.#tail}${chunk.toString()}`.slice(-TAIL_LENGTH);
    if (this.#tail.includes(OUT_OF_MEMORY)) {
      this.#reason = `${OUT_OF_MEMORY} (limit ${Math.round(this.#heapLimitBytes / MIB)} MiB).`;
    }
  }

  async #exited(exitCode: number | null, signal: NodeJS.Signals | null): Promise<void> {
    const output = this.#child.stderr;
    if (output !== null && !output.readableEnded) {
      const { promise, resolve } = Promise.withResolvers<void>();
      output.once('close', resolve);
      const timer = systemClock.setTimer(LAST_OUTPUT_MS, resolve);
      await promise;
      timer.cancel();
    }
    this.#ended(exitCode, signal);
  }

  #ended(exitCode: number | null, signal: NodeJS.Signals | null): void {
    const end: ProcessEnd = { exitCode, signal, reason: this.#reason };
    const how = signal === null ? `it ended with exit code ${exitCode}` : `it was ended by ${signal}`;
    this.#ready.reject(new PoolError(this.#options.setup.appModule, this.#reason ?? how));
    this.#gone.resolve();
    this.#options.onGone(this, end);
  }
}

const SLOW_START = Object.freeze({ hint: 'Make the module load faster, or raise workerProcAliveTimeout (seconds).' });

/** The entry beside this file: `.ts` when run from source, `.js` when built. */
function entryPath(): string {
  const here = fileURLToPath(import.meta.url);
  return fileURLToPath(new URL(`./child/child-entry${extname(here)}`, import.meta.url));
}
