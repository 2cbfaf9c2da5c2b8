import { StartStopStep } from '../step.ts';
import type { ConsumerInternals } from '../worker-internals.ts';

/** `connection`: the consumer's connection, to the next broker of the list that answers. */
export class ConnectionStep extends StartStopStep<ConsumerInternals> {
  static readonly stepName = 'connection';

  override async start(consumer: ConsumerInternals, signal: AbortSignal): Promise<void> {
    consumer.use(await consumer.guard.acquire(signal));
  }
}
