import { amqpFloor } from './floor/amqp-floor.ts';
import { bareTask, bareText, resultText, resultValue } from './floor/bare-message.ts';

/** amqplib with the least that could be said. */
export const { client, worker } = amqpFloor({
  queue: 'bare',
  result: 'bare-result-',
  idOf: String,
  content: bareText,
  options: () => ({ persistent: true }),
  decode: ({ content }) => bareTask(content.toString()),
  encodeResult: resultText,
  valueOf: resultValue,
});
