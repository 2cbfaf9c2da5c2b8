import type { Timer } from '@celeriac/protocol';
import { StartStopStep } from '../lifecycle/step.ts';
import type { WorkerInternals } from '../lifecycle/worker-internals.ts';

/** How often it is looked whether there is more or less work. */
const EVERY_MS = 1000;

/** `autoscaler`: makes the pool larger and smaller with its work. */
export class AutoscalerStep extends StartStopStep<WorkerInternals> {
  static readonly stepName = 'autoscaler';
  static readonly requires: readonly string[] = ['pool'];
  #timer: Timer | undefined;

  override includeIf({ autoscaler }: WorkerInternals): boolean {
    return autoscaler !== undefined;
  }

  override start({ autoscaler, runtime }: WorkerInternals): void {
    const look = (): void => {
      autoscaler?.scale();
      this.#timer = runtime.clock.setTimer(EVERY_MS, look, { ref: false });
    };
    look();
  }

  override close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  override stop(): void {
    this.close();
  }

  override info({ autoscaler }: WorkerInternals): { readonly [name: string]: unknown } {
    return autoscaler?.info ?? {};
  }
}
