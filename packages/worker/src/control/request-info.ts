import type { RequestInfo, ScheduledInfo } from '@celeriac/core/internal';
import { argsRepr, isoTime, kwargsRepr } from '@celeriac/protocol';
import { type BodyRuntime, isUnreadable, readBody } from '../execute/read-body.ts';
import type { ReceivedTask } from '../request/received-task.ts';

/** Celery's number for a task that waits for its time. */
const SCHEDULED_PRIORITY = 6;

/**
 * A task as `inspect` shows it. Arguments that this process has not decoded are decoded for it; those that it cannot read
 * appear as the text that their sender made of them.
 * @param safe - arguments as text
 * @see celery/worker/request.py Request.info
 */
export function requestInfo(received: ReceivedTask, hostname: string, runtime: BodyRuntime, safe = false): RequestInfo {
  const { request, delivery, startedAtMs, pid } = received;
  return {
    id: request.id,
    name: request.task,
    ...argumentsOf(received, runtime, safe),
    type: request.task,
    hostname,
    time_start: startedAtMs === undefined ? null : startedAtMs / 1000,
    acknowledged: received.acknowledged,
    delivery_info: {
      exchange: delivery.exchange,
      routing_key: delivery.routingKey,
      priority: request.priority,
      redelivered: delivery.redelivered,
    },
    worker_pid: pid ?? null,
  };
}

/** A task that waits for its time. @see celery/worker/control.py scheduled */
export function scheduledInfo(received: ReceivedTask, hostname: string, runtime: BodyRuntime): ScheduledInfo {
  const { etaMs } = received.request;
  return {
    eta: etaMs === null ? null : isoTime(etaMs),
    priority: SCHEDULED_PRIORITY,
    request: requestInfo(received, hostname, runtime),
  };
}

function argumentsOf(
  received: ReceivedTask,
  runtime: BodyRuntime,
  safe: boolean,
): Pick<RequestInfo, 'args' | 'kwargs'> {
  const { request, message } = received;
  const body = received.body ?? readBody(message, request, runtime);
  if (isUnreadable(body)) return { args: request.argsrepr, kwargs: request.kwargsrepr };
  const { args, kwargs } = body;
  return safe ? { args: argsRepr(args), kwargs: kwargsRepr(kwargs) } : { args, kwargs };
}
