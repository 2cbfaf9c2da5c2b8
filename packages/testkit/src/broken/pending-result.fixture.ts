import type { ResultMeta } from '@celeriac/protocol';

/** What Celery makes of an unknown id. */
export const pending = (id: string): ResultMeta => ({
  status: 'PENDING',
  result: null,
  traceback: null,
  children: [],
  date_done: null,
  task_id: id,
});
