import type { AppRuntime, EventDispatcher } from '@celeriac/core/internal';
import { celeryExceptions } from '@celeriac/protocol';
import type { ReceivedTask } from '../request/received-task.ts';
import { ignoresResult } from './conclude.ts';
import { taskLabel } from './outcome-log.ts';
import { type ResultContext, storeRequestOf } from './result-meta.ts';

/**
 * Tells broker, monitors and store that a task starts: the early acknowledgement, `task-started` and the state STARTED
 * where they are wanted.
 * @see celery/worker/request.py on_accepted
 */
export class StartReporter {
  readonly #runtime: AppRuntime;
  readonly #context: ResultContext;
  readonly #events: EventDispatcher;

  constructor(runtime: AppRuntime, context: ResultContext, events: EventDispatcher) {
    this.#runtime = runtime;
    this.#events = events;
    this.#context = context;
  }

  /**
   * Where STARTED is stored, that comes before the early acknowledgement: a worker that dies leaves a task that runs again,
   * or one whose state tells that it began, and never one that is gone without a word.
   * @param pid - of the process that runs it
   */
  report(received: ReceivedTask, pid: number): void {
    const { options } = received.task!;
    const stored = options.trackStarted && !ignoresResult(received) ? this.#storeStarted(received, pid) : undefined;
    if (!options.acksLate) {
      received.acknowledged = true;
      if (stored === undefined) this.#acknowledge(received);
      else received.startedStored = stored.then(() => this.#acknowledge(received));
    }
    if (this.#events.sends('task') && options.sendEvents) this.#events.send('task-started', { uuid: received.id });
  }

  /** Its run was stopped, and its message comes again. Resolves when the store knows; never rejects. */
  async reportCancelled(received: ReceivedTask, why: string): Promise<void> {
    const { results, logger } = this.#runtime;
    logger.warning(`Task ${taskLabel(received)} was stopped, to run again: ${why}`);
    if (this.#events.sends('task') && received.task!.options.sendEvents) {
      this.#events.send('task-cancelled', { uuid: received.id });
    }
    if (ignoresResult(received)) return;
    const draft = { status: 'RETRY', result: celeryExceptions.retry(why), traceback: null, children: [] };
    await received.startedStored;
    await results.store(storeRequestOf(received, draft, this.#context)).catch((error: unknown) => {
      logger.warning(`RETRY of ${taskLabel(received)} is not stored`, { error });
    });
  }

  #acknowledge({ delivery }: ReceivedTask): void {
    delivery.settle('ack').then(this.#onAcknowledged, this.#onFailed);
  }

  #storeStarted(received: ReceivedTask, pid: number): Promise<unknown> {
    const { results, logger } = this.#runtime;
    const result = { pid, hostname: this.#context.hostname };
    const draft = { status: 'STARTED', result, traceback: null, children: [] };
    const stored = results.store(storeRequestOf(received, draft, this.#context));
    const done = stored.catch((error: unknown) => {
      logger.warning(`STARTED of ${taskLabel(received)} is not stored`, { error });
    });
    received.startedStored = done;
    return done;
  }

  // One function for all tasks: nothing is made for each of them.
  readonly #onAcknowledged = (settled: boolean): void => {
    if (!settled) this.#runtime.logger.warning('The lease of a task was lost as it started; it may run twice');
  };

  readonly #onFailed = (error: unknown): void => {
    this.#runtime.logger.warning('A task could not be acknowledged as it started; it may run twice', { error });
  };
}
