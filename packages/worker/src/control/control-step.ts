import { StartStopStep } from '../lifecycle/step.ts';
import type { ConsumerInternals } from '../lifecycle/worker-internals.ts';
import { PidboxNode } from './pidbox-node.ts';
import { WorkerPanel } from './worker-panel.ts';

/** `control`: hears and answers commands. @see celery/worker/consumer/control.py Control */
export class ControlStep extends StartStopStep<ConsumerInternals> {
  static readonly stepName = 'control';
  static readonly requires: readonly string[] = ['connection'];
  #node: PidboxNode | undefined;

  override includeIf({ worker }: ConsumerInternals): boolean {
    return worker.runtime.settings.workerEnableRemoteControl;
  }

  override create({ worker }: ConsumerInternals): void {
    this.#node = new PidboxNode(new WorkerPanel(worker));
  }

  override async start(consumer: ConsumerInternals): Promise<void> {
    await this.#node?.start(consumer.transport, (error) => consumer.lost(error));
  }

  override async stop(): Promise<void> {
    await this.#node?.stop();
  }
}
