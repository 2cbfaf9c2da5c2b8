import { isCeleriacError } from '@celeriac/protocol';
import { StartStopStep } from '../step.ts';
import type { WorkerInternals } from '../worker-internals.ts';

/** `pool`: what runs tasks, and the store that their results go to. */
export class PoolStep extends StartStopStep<WorkerInternals> {
  static readonly stepName = 'pool';

  override async start(worker: WorkerInternals, signal: AbortSignal): Promise<void> {
    const started = [worker.pipeline.pool.start(signal), connectBackend(worker)];
    try {
      await Promise.all(started);
    } finally {
      await Promise.allSettled(started);
    }
  }

  override stop({ pipeline }: WorkerInternals): Promise<void> {
    return pipeline.pool.stop();
  }

  override terminate({ pipeline }: WorkerInternals): Promise<void> {
    return pipeline.pool.terminate();
  }

  override info({ pipeline }: WorkerInternals): { readonly [name: string]: unknown } {
    return { kind: pipeline.pool.kind, maxConcurrency: pipeline.pool.concurrency };
  }
}

/** A store that is away will be back; one that cannot be is found now. */
async function connectBackend({ runtime }: WorkerInternals): Promise<void> {
  try {
    await runtime.backend();
  } catch (error) {
    if (!isCeleriacError(error, 'CLR_BACKEND_UNAVAILABLE')) throw error;
    runtime.logger.warning(`The result store is not available yet: ${error.message}`);
  }
}
