import type { Signals } from '@celeriac/core/internal';
import { systemClock } from '@celeriac/protocol';
import type { RunningTask } from './not-idle-error.ts';

/** Knows, by an app's signals, which of its tasks run. */
export class RunningTasks {
  readonly #running: Map<string, { readonly name: string; readonly sinceMs: number }> = new Map();
  readonly #disconnect: readonly (() => void)[];

  constructor({ taskPrerun, taskPostrun }: Signals) {
    this.#disconnect = [
      taskPrerun.connect(({ taskId, task }) => {
        this.#running.set(taskId, { name: task.name, sinceMs: systemClock.monotonic() });
      }),
      taskPostrun.connect(({ taskId }) => void this.#running.delete(taskId)),
    ];
  }

  get list(): readonly RunningTask[] {
    const nowMs = systemClock.monotonic();
    return [...this.#running].map(([id, { name, sinceMs }]) => ({ id, name, forMs: nowMs - sinceMs }));
  }

  disconnect(): void {
    for (const disconnect of this.#disconnect) disconnect();
  }
}
