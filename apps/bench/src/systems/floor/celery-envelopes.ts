import { randomUUID } from 'node:crypto';
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
} from './celery-message.ts';
import type { RedisWire } from './redis-floor.ts';

interface Envelope {
  readonly body: string;
  readonly headers: CeleryHeaders;
  readonly properties: { readonly delivery_tag: string };
}

/** Celery's messages and results in Redis: kombu's envelope with the body as base64. */
export const celeryEnvelopes: RedisWire = {
  queue: QUEUE,
  result: RESULT,
  idOf: () => randomUUID(),
  encode: (task) =>
    JSON.stringify({
      body: Buffer.from(bodyOf(task)).toString('base64'),
      'content-encoding': CONTENT.encoding,
      'content-type': CONTENT.type,
      headers: headersOf(task),
      properties: {
        ...propertiesOf(task),
        delivery_info: { exchange: '', routing_key: QUEUE },
        body_encoding: 'base64',
        delivery_tag: randomUUID(),
      },
    }),
  decode: (text) => {
    const { body, headers, properties } = JSON.parse(text) as Envelope;
    return { ...taskOf(headers, Buffer.from(body, 'base64').toString()), receipt: properties.delivery_tag };
  },
  encodeResult: (id, value) => JSON.stringify(resultMeta(id, value)),
  valueOf: (text) => (JSON.parse(text) as { result: unknown }).result,
};
