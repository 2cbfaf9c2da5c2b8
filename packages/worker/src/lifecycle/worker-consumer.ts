import { isCeleriacError } from '@celeriac/protocol';
import { type ConnectionGuard, ConnectionLostError, type Transport } from '@celeriac/transport';
import type { PeerWatch } from '../events/peer-watch.ts';
import type { TaskReader } from '../intake/task-reader.ts';
import { Blueprint } from './blueprint.ts';
import { RestartPauses } from './restart-pauses.ts';
import type { StepClass } from './step.ts';
import { within } from './within.ts';
import type { ConsumerInternals, WorkerInternals } from './worker-internals.ts';

/** How long closing the connection may take. */
const CLOSE_MS = 500;
/** How long a step that is just starting may keep the worker from ending. */
const MENDING_MS = 1000;

/** What a worker's consumer is made of. */
export interface WorkerConsumerParts {
  readonly worker: WorkerInternals;
  /** A connection of its own. */
  readonly guard: ConnectionGuard;
  readonly tasks: TaskReader;
  readonly steps: Iterable<StepClass>;
}

/**
 * Everything that reads from the broker: the steps of the consumer's blueprint, on one connection after the other. A lost
 * connection restarts these steps and nothing else of the worker.
 * @see celery/worker/consumer/consumer.py Consumer
 */
export class WorkerConsumer implements ConsumerInternals {
  readonly worker: WorkerInternals;
  readonly guard: ConnectionGuard;
  readonly tasks: TaskReader;
  readonly blueprint: Blueprint<ConsumerInternals>;
  readonly #pauses: RestartPauses;
  readonly #stopping: AbortController = new AbortController();
  #transport: Transport | undefined;
  #phase: 'starting' | 'reading' | 'mending' = 'starting';
  /** Resolves when a loss is mended, or cannot be. */
  #mended: Promise<void> = Promise.resolve();
  /** The loss that is still to be dealt with. */
  #loss: Error | undefined;

  /** @throws {StepError} when the steps do not fit together */
  constructor({ worker, guard, tasks, steps }: WorkerConsumerParts) {
    const { runtime } = worker;
    this.worker = worker;
    this.guard = guard;
    this.tasks = tasks;
    this.blueprint = new Blueprint('Consumer', steps, runtime.logger);
    this.#pauses = new RestartPauses(runtime.clock);
  }

  get transport(): Transport {
    if (this.#transport !== undefined) return this.#transport;
    throw new ConnectionLostError('the broker', 'the consumer is not connected');
  }

  get isReading(): boolean {
    return this.#phase === 'reading' && !this.#stopping.signal.aborted;
  }

  get connected(): Transport | undefined {
    return this.#transport;
  }

  get peers(): PeerWatch | undefined {
    return this.worker.events.gossip;
  }

  use(transport: Transport): void {
    this.#transport = transport;
  }

  /** @throws {ConnectionLostError} when the broker stays away, {@link ChannelError} when it refuses */
  async start(signal: AbortSignal): Promise<void> {
    await this.guard.start(signal);
    await this.#connect(signal);
  }

  lost(error: Error): void {
    if (this.#stopping.signal.aborted) return;
    this.worker.pipeline.forgetWaiting(isConnectionLost(error));
    // The worse of two losses counts.
    if (this.#loss === undefined || isConnectionLost(error)) this.#loss = error;
    if (this.#phase === 'reading') this.#startMending();
  }

  /** Takes on nothing more; the connection stays, for what is still running. */
  async close(): Promise<void> {
    await this.#endMending();
    await this.blueprint.close(this);
  }

  /** Stops all steps and closes the connection; what is held goes back to its queue. */
  async stop(how: 'stop' | 'terminate'): Promise<void> {
    await this.#endMending();
    await this.blueprint[how](this);
    await this.guard.stop(CLOSE_MS);
  }

  async #endMending(): Promise<void> {
    this.#stopping.abort(new Error('The worker is shutting down.'));
    await within(MENDING_MS, this.#mended);
  }

  /** Starts the steps, again when the connection goes while they start. */
  async #connect(signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await this.blueprint.start(this, signal);
        break;
      } catch (error) {
        if (this.#transport === undefined || !isConnectionLost(error)) throw error;
        this.#loss = error;
        await this.#tearDown();
      }
    }
    this.#pauses.works();
    this.#phase = 'reading';
    // Lost by a step that had started, while the others did.
    if (this.#loss !== undefined) this.#startMending();
  }

  #startMending(): void {
    this.#phase = 'mending';
    this.#mended = this.#mend();
  }

  async #mend(): Promise<void> {
    const { runtime, fail } = this.worker;
    const { signal } = this.#stopping;
    runtime.logger.warning(`Reading the queues was interrupted: ${this.#loss?.message}`);
    const isCut = isConnectionLost(this.#loss);
    try {
      await this.#tearDown();
      await this.#pauses.pause(isCut, signal);
      signal.throwIfAborted();
      await this.#connect(signal);
      runtime.logger.info('Reading the queues again');
    } catch (failure) {
      if (!signal.aborted) fail(failure instanceof Error ? failure : new Error(String(failure)));
    }
  }

  async #tearDown(): Promise<void> {
    const [loss, transport] = [this.#loss, this.#transport];
    const isConnection = isConnectionLost(loss);
    if (isConnection && transport !== undefined) this.guard.lost(transport, loss);
    await this.blueprint.stop(this);
    if (isConnection) this.#transport = undefined;
    this.#loss = undefined;
  }
}

function isConnectionLost(error: unknown): error is ConnectionLostError {
  return isCeleriacError(error, 'CLR_CONNECTION_LOST');
}
