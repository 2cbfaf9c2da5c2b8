import { type ChildProcess, spawn } from 'node:child_process';
import { relative } from 'node:path';
import type { Output } from '../output.ts';
import { type FileWatcher, watchFiles } from './file-watcher.ts';

/** How often a worker looks whether it is still watched over. */
const LOOK_EVERY_MS = 1000;
/** Names the process that watches over a worker. */
const WATCHED = '_CELERIAC_WATCHED';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const;

/** What running a worker anew takes. */
export interface WatchedWorkerParts {
  /** The folder whose code is watched. */
  readonly folder: string;
  /** The command line without `--watch`. */
  readonly args: readonly string[];
  readonly output: Output;
}

/** Runs a worker as a process of its own, and anew whenever code changes; running tasks end before. */
export class WatchedWorker {
  readonly #parts: WatchedWorkerParts;
  readonly #done: PromiseWithResolvers<number> = Promise.withResolvers();
  #child: ChildProcess | undefined;
  /** It ends so that it can be run anew. */
  #isRenewing = false;
  #isEnding = false;

  constructor(parts: WatchedWorkerParts) {
    this.#parts = parts;
  }

  /** Resolves, when a signal has ended it, to the worker's exit code. */
  async run(): Promise<number> {
    const watcher: FileWatcher = await watchFiles(this.#parts.folder, (file) => this.#changed(file));
    const handlers = SIGNALS.map((signal) => ({ signal, handler: (): void => this.#end(signal) }));
    for (const { signal, handler } of handlers) process.on(signal, handler);
    this.#start();
    try {
      return await this.#done.promise;
    } finally {
      for (const { signal, handler } of handlers) process.off(signal, handler);
      await watcher.close();
    }
  }

  #start(): void {
    const [, script = ''] = process.argv;
    const child = spawn(process.execPath, [...process.execArgv, script, ...this.#parts.args], {
      env: { ...process.env, [WATCHED]: String(process.pid) },
      stdio: 'inherit',
      // Of a group of its own: a terminal's SIGINT would reach it twice otherwise.
      detached: true,
    });
    this.#child = child;
    child.once('exit', (code, signal) => this.#ended(code ?? (signal === null ? 0 : 1)));
  }

  #changed(file: string): void {
    if (this.#isEnding) return;
    const { output, folder } = this.#parts;
    output.note(`${relative(folder, file)} has changed: the worker starts anew.`);
    if (this.#child === undefined) {
      this.#start();
      return;
    }
    this.#isRenewing = true;
    this.#child.kill('SIGTERM');
  }

  #ended(code: number): void {
    this.#child = undefined;
    if (this.#isRenewing && !this.#isEnding) {
      this.#isRenewing = false;
      this.#start();
    } else if (this.#isEnding || code === 0) this.#done.resolve(code);
    else this.#parts.output.note(`The worker has ended with ${code}; it starts anew when code changes.`);
  }

  #end(signal: NodeJS.Signals): void {
    this.#isEnding = true;
    if (this.#child === undefined) this.#done.resolve(0);
    else this.#child.kill(signal);
  }
}

/** A watched worker ends with the process that watches over it: an orphan gets a new parent. */
export function endWithWatcher(): void {
  const watcher = process.env[WATCHED];
  delete process.env[WATCHED];
  if (watcher === undefined) return;
  const look = (): void => {
    if (process.ppid !== Number(watcher)) process.kill(process.pid, 'SIGTERM');
  };
  setInterval(look, LOOK_EVERY_MS).unref();
}
