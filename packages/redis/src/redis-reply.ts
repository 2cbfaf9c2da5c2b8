/** The answer of a command: ioredis hands out buffers here, so that nothing is decoded before its meaning is known. */
export type RedisReply = null | number | string | Buffer | readonly RedisReply[];

/** An answer as a list; anything else is an empty one. */
export function listOf(reply: RedisReply): readonly RedisReply[] {
  return Array.isArray(reply) ? (reply as readonly RedisReply[]) : [];
}

/** An answer as text; nothing is empty text. */
export function textOf(reply: RedisReply | undefined): string {
  if (reply === null || reply === undefined) return '';
  return Buffer.isBuffer(reply) ? reply.toString('utf8') : String(reply);
}

/** An answer as a number, 0 for nothing. */
export function numberOf(reply: RedisReply | undefined): number {
  return Number(textOf(reply)) || 0;
}

/** Pairs of an answer that is a flat list. */
export function pairsOf(reply: RedisReply): readonly (readonly [RedisReply, RedisReply])[] {
  const flat = listOf(reply);
  const pairs: [RedisReply, RedisReply][] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) pairs.push([flat[at]!, flat[at + 1]!]);
  return pairs;
}
