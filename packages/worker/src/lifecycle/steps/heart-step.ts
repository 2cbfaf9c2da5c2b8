import { StartStopStep } from '../step.ts';
import type { ConsumerInternals } from '../worker-internals.ts';

/** `heart`: tells others that this worker reads its queues. It says goodbye when the worker ends, not with a connection. */
export class HeartStep extends StartStopStep<ConsumerInternals> {
  static readonly stepName = 'heart';
  static readonly requires: readonly string[] = ['events'];

  override includeIf({ worker }: ConsumerInternals): boolean {
    return worker.events.heart !== undefined;
  }

  override start({ worker }: ConsumerInternals): void {
    worker.events.heart?.start();
  }

  override stop({ worker }: ConsumerInternals): void {
    worker.events.heart?.pause();
  }
}
