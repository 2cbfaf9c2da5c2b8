import { type EventFields, eventTime, type TaskRequest } from '@celeriac/protocol';

/** What `task-received` says of a task, in Celery's order. @see celery/worker/strategy.py default */
export function receivedEventFields(request: TaskRequest): EventFields['task-received'] {
  return {
    uuid: request.id,
    name: request.shadow ?? request.task,
    args: request.argsrepr,
    kwargs: request.kwargsrepr,
    root_id: request.rootId,
    parent_id: request.parentId,
    retries: request.retries,
    eta: eventTime(request.etaMs),
    expires: eventTime(request.expiresMs),
  };
}
