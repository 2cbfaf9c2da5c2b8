import { createHash } from 'node:crypto';
import type { Backend } from '@celeriac/backend';
import type { Logger } from '@celeriac/protocol';

/**
 * Counts, for all workers together, runs of a task that were begun and have not ended. A message that comes again and
 * again was perhaps only fetched by workers that died of another one; what counts is how often it ran. The counts are kept
 * in the result store.
 */
export class RunCounter {
  readonly #backend: () => Promise<Backend | undefined>;
  readonly #logger: Logger;

  constructor(backend: () => Promise<Backend | undefined>, logger: Logger) {
    this.#backend = backend;
    this.#logger = logger;
  }

  /** Runs begun and not ended; undefined when there is no store to ask that all workers share. */
  async begun(id: string): Promise<number | undefined> {
    try {
      const backend = await this.#backend();
      if (backend === undefined || !backend.capabilities.shared) return undefined;
      const [meta] = await backend.load([keyOf(id)]);
      return typeof meta?.result === 'number' ? meta.result : 0;
    } catch (error) {
      return this.#failed(error);
    }
  }

  /** Another run begins. */
  async record(id: string, runs: number): Promise<void> {
    try {
      const backend = await this.#backend();
      const meta = { status: 'RUNS', result: runs, traceback: null, children: [], date_done: null, task_id: keyOf(id) };
      await backend?.store([{ meta }]);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Its last run ended without harm to its process. */
  async forget(id: string): Promise<void> {
    try {
      await (await this.#backend())?.forget([keyOf(id)]);
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): undefined {
    this.#logger.warning(`Runs could not be counted: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

/** A hash, since an id may be as long as the store allows. */
function keyOf(id: string): string {
  return `celeriac.runs.${createHash('sha256').update(id).digest('hex')}`;
}
