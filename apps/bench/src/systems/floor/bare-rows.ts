import { bareTask, bareText, resultText, resultValue } from './bare-message.ts';
import type { SqlWire } from './sql-wire.ts';

/** The least that could be said, in one column. */
export const bareRows: SqlWire = {
  messages: [{ name: 'body', type: 'text' }],
  results: [
    { name: 'task_id', type: 'text' },
    { name: 'body', type: 'text' },
  ],
  line: 'order by id',
  idOf: String,
  message: (task) => [bareText(task)],
  decode: ({ body }) => bareTask(body as string),
  result: (id, value) => [id, resultText(id, value)],
  valueOf: ({ body }) => resultValue(body as string),
};
