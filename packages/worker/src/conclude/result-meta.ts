import type { StoreRequest } from '@celeriac/backend';
import { isReady, type ResultMeta, type ResultTuple } from '@celeriac/protocol';
import type { ReceivedTask } from '../request/received-task.ts';

/** What a stored state is made of beside its message. */
export interface StateDraft {
  readonly status: string;
  readonly result: unknown;
  /** `result` as JSON text, where it is known. */
  readonly resultText?: string | undefined;
  readonly traceback: string | null;
  readonly children: readonly ResultTuple[];
}

/** What all results of a worker have in common. */
export interface ResultContext {
  /** The worker's node name. */
  readonly hostname: string;
  /** Keep name, arguments, worker, retries and queue too. */
  readonly resultExtended: boolean;
  /** Unix milliseconds. */
  readonly nowMs: number;
  /** `nowMs` as Celery writes it. */
  readonly nowText: string;
}

/** A state of a task as the result store gets it. @see celery/backends/base.py _get_result_meta */
export function storeRequestOf(received: ReceivedTask, draft: StateDraft, context: ResultContext): StoreRequest {
  const { request } = received;
  const meta: { -readonly [key in keyof ResultMeta]: ResultMeta[key] } = {
    status: draft.status,
    result: draft.result,
    traceback: draft.traceback,
    children: draft.children,
    date_done: isReady(draft.status) ? context.nowText : null,
    task_id: request.id,
  };
  if (request.group !== null) meta.group_id = request.group;
  if (request.parentId !== null) meta.parent_id = request.parentId;
  if (context.resultExtended) extend(meta, received, context);
  const { replyTo } = request;
  const { resultText } = draft;
  if (resultText === undefined) return replyTo === null ? { meta } : { meta, replyTo };
  return replyTo === null ? { meta, resultText } : { meta, resultText, replyTo };
}

function extend(
  meta: { -readonly [key in keyof ResultMeta]: ResultMeta[key] },
  { request, body, delivery }: ReceivedTask,
  { hostname }: ResultContext,
): void {
  meta.name = request.task;
  meta.args = body?.args ?? null;
  meta.kwargs = body?.kwargs ?? null;
  meta.worker = hostname;
  meta.retries = request.retries;
  meta.queue = delivery.routingKey;
  if (request.stampedHeaders === null) return;
  meta.stamps = request.stamps;
  meta.stamped_headers = request.stampedHeaders;
}
