import type { AppRuntime } from '@celeriac/core/internal';
import type { RepeatedEnding } from '../request/ending.ts';
import type { ReceivedTask } from '../request/received-task.ts';

/** Late-acknowledged messages that come again: did an earlier delivery succeed? */
export class EarlierSuccess {
  readonly #runtime: AppRuntime;
  readonly #isOn: boolean;
  readonly #known: WeakSet<ReceivedTask> = new WeakSet();

  constructor(runtime: AppRuntime) {
    this.#runtime = runtime;
    this.#isOn = runtime.settings.workerDeduplicateSuccessfulTasks;
  }

  /** Whether it must be looked up before it runs. */
  concerns(received: ReceivedTask): boolean {
    const { delivery, task } = received;
    if (!this.#isOn || this.#known.has(received) || task?.options.acksLate !== true) return false;
    return delivery.redelivered || (delivery.deliveryCount ?? 1) > 1;
  }

  /** @returns undefined when there is none, or when the store cannot be asked: rather twice than never */
  async find(received: ReceivedTask): Promise<RepeatedEnding | undefined> {
    if (!this.concerns(received)) return undefined;
    this.#known.add(received);
    try {
      const [meta] = (await (await this.#runtime.backend())?.load([received.id])) ?? [];
      return meta?.status === 'SUCCESS' ? { kind: 'repeated', value: meta.result } : undefined;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#runtime.logger.warning(`Whether a task has succeeded before is not known: ${reason}`);
      return undefined;
    }
  }
}
