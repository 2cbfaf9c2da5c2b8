import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { ChildMessage, ParentMessage } from './child/child-messages.ts';
import { Claims } from './child/claims.ts';
import type { ThreadData } from './child/thread-entry.ts';
import { ChildLife } from './child-life.ts';
import type { PoolChild, PoolChildOptions } from './pool-child.ts';

/** One thread of a pool, from its start to its end. */
export class ThreadChild implements PoolChild {
  readonly pid: number = process.pid;
  readonly #claims: Claims = new Claims();
  readonly #thread: Worker;
  readonly #life: ChildLife;

  constructor(options: PoolChildOptions) {
    const workerData: ThreadData = { setup: options.setup, claims: this.#claims.buffer };
    this.#thread = new Worker(entryUrl(), { workerData, name: 'celeriac-pool', stdin: false });
    this.#life = new ChildLife(this, options);
    this.#thread.on('message', (message: ChildMessage) => this.#life.receive(message));
    this.#thread.on('error', (error: unknown) => {
      this.#life.reason ??= error instanceof Error ? error.message : String(error);
    });
    this.#thread.once('exit', (exitCode) => this.#life.over(exitCode, null));
  }

  get ready(): Promise<void> {
    return this.#life.ready;
  }

  get gone(): Promise<void> {
    return this.#life.gone;
  }

  send(message: ParentMessage): void {
    this.#thread.postMessage(message);
  }

  async recall(jobs: readonly number[]): Promise<readonly number[]> {
    return jobs.filter((job) => this.#claims.take(job));
  }

  async stop(): Promise<void> {
    this.send({ kind: 'stop' });
    await this.#life.stopped();
  }

  kill(): void {
    void this.#thread.terminate();
  }
}

function entryUrl(): URL {
  return new URL(`./child/thread-entry${extname(fileURLToPath(import.meta.url))}`, import.meta.url);
}
