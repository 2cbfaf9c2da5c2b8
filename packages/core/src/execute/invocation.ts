import type { TaskBody, TaskRequest } from '@celeriac/protocol';
import type { AppRuntime } from '../runtime/app-runtime.ts';
import type { RegisteredTask } from '../task/registered-task.ts';
import type { DeliveryInfo } from '../task/task-context.ts';

/** Where and how a task runs. */
export interface InvokeEnvironment {
  readonly runtime: AppRuntime;
  /** The worker's node name. */
  readonly hostname: string;
  /** In the caller's own process, without a worker. */
  readonly isEager: boolean;
  /** Aborted when the task should stop; asked for only by tasks that look at `context.signal`. */
  readonly abortSignal: (id: string) => AbortSignal;
}

/** One message to run. */
export interface Invocation {
  readonly task: RegisteredTask;
  readonly request: TaskRequest;
  readonly body: TaskBody;
  readonly delivery: DeliveryInfo;
  /** Soft time limit in milliseconds; undefined = none. */
  readonly softLimitMs?: number | undefined;
}
