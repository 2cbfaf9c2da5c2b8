import type { ConnectionGuard, Transport } from '@celeriac/transport';
import type { WorkerEvents } from '../events/worker-events.ts';
import type { RateLimits } from '../hold/rate-limits.ts';
import type { TaskReader } from '../intake/task-reader.ts';
import type { TimeLimits } from '../limits/time-limits.ts';
import type { Pipeline } from '../pipeline.ts';
import type { QuarantineWriter } from '../quarantine/quarantine-writer.ts';
import type { Counters } from '../request/counters.ts';
import type { Autoscaler } from '../scale/autoscaler.ts';
import type { ConsumerContext, WorkerContext } from './worker-context.ts';

/** What the worker's own steps get beyond what is promised to those of others. */
export interface WorkerInternals extends WorkerContext {
  readonly pipeline: Pipeline;
  readonly quarantine: QuarantineWriter;
  /** What it tells others. */
  readonly events: WorkerEvents;
  readonly consumer: ConsumerInternals;
  readonly timeLimits: TimeLimits;
  readonly rateLimits: RateLimits;
  /** Undefined when the pool stays as it is. */
  readonly autoscaler: Autoscaler | undefined;
  readonly counters: Counters;
  /** What its steps tell about themselves, by the step's name; those of the consumer too. */
  readonly stepInfo: { readonly [step: string]: object };
  /** On the app's clock that never jumps. */
  readonly startedAtMs: number;
  /** Ends the worker, warm: somebody asked for it. @param reason - for the log and the signal `workerShuttingDown` */
  shutDown(reason: string): void;
}

/** The same for steps of the consumer. */
export interface ConsumerInternals extends ConsumerContext {
  readonly worker: WorkerInternals;
  /** The connection for reading. */
  readonly guard: ConnectionGuard;
  /** The worker's queues. */
  readonly tasks: TaskReader;
  /** All its steps work; false while it starts, ends, or mends a loss. */
  readonly isReading: boolean;
  /** The connection, if there is one. */
  readonly connected: Transport | undefined;
  use(transport: Transport): void;
  /** Resolves when messages are being read. */
  start(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
  stop(how: 'stop' | 'terminate'): Promise<void>;
}
