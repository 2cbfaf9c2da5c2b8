import { listOf, numberOf } from '@celeriac/redis';
import { GIVE_BACK } from './message-scripts.ts';
import type { RedisKeys } from './redis-keys.ts';
import type { RedisLink } from './redis-link.ts';
import { entryOf, givenBack } from './stored-envelope.ts';

/** Messages given back by one script. */
const AT_ONCE = 200;

export interface GiveBackOptions {
  readonly keys: RedisKeys;
  /** Whose messages they are, when it is somebody dead: nothing happens should that owner be alive. */
  readonly deadOwner?: string;
}

/**
 * Puts messages back to the front of their lists, oldest first in line, marked as redelivered.
 * @param fields - of `unacked`, in the order in which they were taken
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
  { keys, deadOwner = '' }: GiveBackOptions,
): Promise<readonly string[]> {
  const entries = listOf(await link.call(['HMGET', keys.unacked, ...fields]));
  const lists: string[] = [];
  const args: (string | Buffer)[] = [];
  const found: string[] = [];
  const lost: string[] = [];
  fields.forEach((field, at) => {
    const stored = entries[at];
    const entry = Buffer.isBuffer(stored) ? entryOf(stored) : undefined;
    if (entry === undefined) {
      lost.push(field);
      return;
    }
    const { text, priority } = givenBack(entry.text);
    found.push(field);
    lists.push(keys.list(entry.queue, priority));
    args.push(field, text);
  });
  if (found.length > 0) {
    const names = [keys.owners, keys.unacked, keys.unackedIndex, ...lists];
    for (const number of listOf(await link.run(GIVE_BACK, names, [deadOwner, ...args]))) {
      lost.push(found[numberOf(number) - 1]!);
    }
  }
  return lost;
}
