import { StartStopStep } from '../step.ts';
import type { WorkerInternals } from '../worker-internals.ts';

/** `consumer`: runs the consumer's blueprint, after everything that it feeds. */
export class ConsumerRunStep extends StartStopStep<WorkerInternals> {
  static readonly stepName = 'consumer';
  static readonly requires: readonly string[] = ['pool'];
  static readonly last = true;

  override start({ consumer }: WorkerInternals, signal: AbortSignal): Promise<void> {
    return consumer.start(signal);
  }

  override close({ consumer }: WorkerInternals): Promise<void> {
    return consumer.close();
  }

  override stop({ consumer }: WorkerInternals): Promise<void> {
    return consumer.stop('stop');
  }

  override terminate({ consumer }: WorkerInternals): Promise<void> {
    return consumer.stop('terminate');
  }
}
