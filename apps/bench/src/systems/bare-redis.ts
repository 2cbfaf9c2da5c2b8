import { bareTask, bareText, resultText, resultValue } from './floor/bare-message.ts';
import { redisFloor } from './floor/redis-floor.ts';

/** ioredis with the least that could be said. */
export const { client, worker } = redisFloor({
  queue: 'bare',
  result: 'bare-result-',
  idOf: String,
  encode: bareText,
  decode: (text) => {
    const task = bareTask(text);
    return { ...task, receipt: task.id };
  },
  encodeResult: resultText,
  valueOf: resultValue,
});
