import type { AppRuntime } from '@celeriac/core/internal';
import type { Transport } from '@celeriac/transport';
import type { PeerWatch } from '../events/peer-watch.ts';
import type { ResolvedWorkerOptions } from './worker-options.ts';

/** What the steps of a worker's blueprint get. */
export interface WorkerContext {
  /** The worker's node name. */
  readonly hostname: string;
  readonly options: ResolvedWorkerOptions;
  /** Settings, logger, clock, tasks, connections of the app. */
  readonly runtime: AppRuntime;
  readonly consumer: ConsumerContext;
  /** Ends the worker, warm, as a failure: it cannot go on. */
  fail(error: Error): void;
}

/** What the steps of a consumer's blueprint get. */
export interface ConsumerContext {
  readonly worker: WorkerContext;
  /**
   * The connection for reading, made anew after a loss.
   * @throws {ConnectionLostError} when there is none right now
   */
  readonly transport: Transport;
  /** Other workers; undefined for a worker that does not listen to them. */
  readonly peers: PeerWatch | undefined;
  /** The connection, or a consumer on it, is of no use any more: all steps are stopped, and started again. */
  lost(error: Error): void;
}
