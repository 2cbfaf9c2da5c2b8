import { type AppRuntime, invokeTask, type Outcome } from '@celeriac/core/internal';
import type { ReceivedTask } from '../request/received-task.ts';
import { deliveryInfoOf } from './delivery-info.ts';
import { isUnreadable, readBody } from './read-body.ts';

/** Runs the code of a task in this process. Never rejects. */
export async function invokeHere(
  received: ReceivedTask,
  signal: AbortSignal,
  runtime: AppRuntime,
  hostname: string,
): Promise<Outcome> {
  const { message, request, task, limits } = received;
  const body = readBody(message, request, runtime);
  if (isUnreadable(body)) return body;
  received.body = body;
  const environment = { runtime, hostname, isEager: false, abortSignal: () => signal };
  const invocation = { task: task!, request, body, delivery: deliveryInfoOf(received), softLimitMs: limits?.softMs };
  return invokeTask(invocation, environment);
}
