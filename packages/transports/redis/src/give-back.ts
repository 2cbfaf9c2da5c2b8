import { listOf, numberOf, type RedisReply, textOf } from '@celeriac/redis';
import { GIVE_BACK } from './message-scripts.ts';
import type { RedisKeys } from './redis-keys.ts';
import type { RedisLink } from './redis-link.ts';
import { envelopeIn, givenBack } from './stored-envelope.ts';

/** Messages given back by one script. */
const AT_ONCE = 200;

export interface GiveBackOptions {
  readonly keys: RedisKeys;
  readonly owner: string;
  /** Name of a queue by the name of one of its lists. */
  readonly queueOf: (list: string) => string;
}

/**
 * Puts messages that an owner holds back to the front of their lists, oldest first in line, marked as redelivered.
 * @param fields - in the order in which they were taken
 * @returns the fields that were not held any more
 */
export async function giveBack(
  link: RedisLink,
  fields: readonly string[],
  options: GiveBackOptions,
): Promise<readonly string[]> {
  const lost: string[] = [];
  // The last one goes back first, so that the first one ends in front.
  const rest = fields.toReversed();
  for (let at = 0; at < rest.length; at += AT_ONCE) {
    lost.push(...(await giveSomeBack(link, rest.slice(at, at + AT_ONCE), options)));
  }
  return lost;
}

async function giveSomeBack(
  link: RedisLink,
  fields: readonly string[],
  { keys, owner, queueOf }: GiveBackOptions,
): Promise<readonly string[]> {
  const held = keys.held(owner);
  const [homes, entries] = await link.pipeline([
    ['HMGET', held, ...fields],
    ['HMGET', keys.unacked, ...fields],
  ]);
  const lists: string[] = [];
  const args: (string | Buffer)[] = [];
  const found: string[] = [];
  const lost: string[] = [];
  fields.forEach((field, at) => {
    const list = textOf(itemOf(homes, at));
    const entry = itemOf(entries, at);
    if (list === '' || !Buffer.isBuffer(entry)) {
      lost.push(field);
      return;
    }
    found.push(field);
    lists.push(list);
    args.push(field, givenBack(envelopeIn(entry, queueOf(list))));
  });
  if (found.length > 0) {
    const gone = await link.run(GIVE_BACK, [held, keys.unacked, keys.unackedIndex, ...lists], args);
    for (const number of listOf(gone)) lost.push(found[numberOf(number) - 1]!);
  }
  if (lost.length > 0) await link.call(['HDEL', held, ...lost]);
  return lost;
}

function itemOf(reply: RedisReply | undefined, at: number): RedisReply {
  return listOf(reply ?? null)[at] ?? null;
}
