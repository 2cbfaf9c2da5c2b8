import { StartStopStep } from '../step.ts';
import { whileMoving } from '../within.ts';
import type { ConsumerInternals } from '../worker-internals.ts';

/** How long the broker may take none of the waiting messages back. */
const RETURN_MS = 1000;

/** `tasks`: reads the worker's queues. */
export class TasksStep extends StartStopStep<ConsumerInternals> {
  static readonly stepName = 'tasks';
  static readonly requires: readonly string[] = ['connection'];

  override start(consumer: ConsumerInternals): Promise<void> {
    return consumer.tasks.start(consumer.transport, (error) => consumer.lost(error));
  }

  /** What has not started goes back to its queue at once. */
  override async close({ tasks, worker }: ConsumerInternals): Promise<void> {
    const { pipeline } = worker;
    const returned = tasks.stop().then(() => pipeline.returnWaiting());
    await whileMoving(RETURN_MS, returned, () => pipeline.reserved + pipeline.returning);
  }

  override async stop({ tasks }: ConsumerInternals): Promise<void> {
    await tasks.stop();
  }

  override info({ tasks }: ConsumerInternals): { readonly [name: string]: unknown } {
    return { prefetchCount: tasks.prefetch };
  }
}
