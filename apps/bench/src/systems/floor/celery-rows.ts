import { randomUUID } from 'node:crypto';
import {
  bodyOf,
  type CeleryHeaders,
  CONTENT,
  dateDone,
  headersOf,
  propertiesOf,
  QUEUE,
  taskOf,
} from './celery-message.ts';
import type { FloorColumn, FloorValue, SqlWire } from './sql-wire.ts';

const text = (name: string): FloorColumn => ({ name, type: 'text' });

/** Celery's messages and results as rows that say the same as Celeriac's: whatever a worker must know is in a column. */
export const celeryRows: SqlWire = {
  messages: [
    text('queue'),
    { name: 'priority', type: 'integer' },
    text('exchange'),
    text('routing_key'),
    text('content_type'),
    text('content_encoding'),
    text('headers'),
    text('properties'),
    { name: 'body', type: 'bytes' },
  ],
  results: ['task_id', 'status', 'result', 'children', 'date_done'].map(text),
  line: `where queue = '${QUEUE}' order by priority desc, id`,
  index: 'queue, priority desc, id',
  idOf: () => randomUUID(),
  message: (task) => {
    const properties = propertiesOf(task);
    return [
      QUEUE,
      properties.priority,
      '',
      QUEUE,
      CONTENT.type,
      CONTENT.encoding,
      JSON.stringify(headersOf(task)),
      JSON.stringify(properties),
      Buffer.from(bodyOf(task)),
    ];
  },
  decode: ({ headers, body }) => taskOf(JSON.parse(headers as string) as CeleryHeaders, (body as Buffer).toString()),
  result: (id, value): readonly FloorValue[] => [id, 'SUCCESS', JSON.stringify(value), '[]', dateDone()],
  valueOf: ({ result }) => JSON.parse(result as string) as unknown,
};
