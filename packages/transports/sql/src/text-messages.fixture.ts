import type { OutgoingMessage } from '@celeriac/transport';

/** Messages to a queue whose bodies are `<prefix>-<number>`. */
export function textMessages(queue: string, count: number, prefix = 'm'): readonly OutgoingMessage[] {
  return Array.from({ length: count }, (_, index) => ({
    exchange: '',
    routingKey: queue,
    message: {
      body: Buffer.from(`${prefix}-${index}`),
      contentType: 'text/plain',
      contentEncoding: 'utf-8',
      headers: {},
      properties: {},
    },
  }));
}
