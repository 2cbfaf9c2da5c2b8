import { randomUUID } from 'node:crypto';
import { amqpFloor } from './floor/amqp-floor.ts';
import {
  bodyOf,
  type CeleryHeaders,
  CONTENT,
  headersOf,
  propertiesOf,
  QUEUE,
  RESULT,
  resultMeta,
  taskOf,
} from './floor/celery-message.ts';

/** amqplib with the messages and results of Celery. */
export const { client, worker } = amqpFloor({
  queue: QUEUE,
  result: RESULT,
  idOf: () => randomUUID(),
  content: bodyOf,
  options: (task) => {
    const { correlation_id, reply_to, priority } = propertiesOf(task);
    return {
      contentType: CONTENT.type,
      contentEncoding: CONTENT.encoding,
      headers: headersOf(task),
      correlationId: correlation_id,
      replyTo: reply_to,
      priority,
      persistent: true,
    };
  },
  decode: ({ content, properties }) => taskOf(properties.headers as CeleryHeaders, content.toString()),
  encodeResult: (id, value) => JSON.stringify(resultMeta(id, value)),
  valueOf: (text) => (JSON.parse(text) as { result: unknown }).result,
});
