import type { Redis } from 'ioredis';
import type { RedisNode } from './redis-plan.ts';
import { listOf, numberOf, type RedisReply, textOf } from './redis-reply.ts';

/**
 * The node of a cluster that serves a key. All keys of a transport or a result store share one slot, so that one
 * connection to one node is enough.
 * @param seeds - asked one after the other until one answers
 */
export async function clusterNode(
  seeds: readonly RedisNode[],
  key: string,
  open: (seed: RedisNode) => Redis,
): Promise<RedisNode> {
  let failure: unknown;
  for (const seed of seeds) {
    const client = open(seed);
    try {
      await client.connect();
      const slot = numberOf((await client.callBuffer('CLUSTER', 'KEYSLOT', key)) as RedisReply);
      return nodeOfSlot((await client.callBuffer('CLUSTER', 'SLOTS')) as RedisReply, slot, seed);
    } catch (error) {
      failure = error;
    } finally {
      client.disconnect();
    }
  }
  throw failure;
}

/** A range is `[from, to, [host, port, …], …replicas]`; an empty host is the one that was asked. */
function nodeOfSlot(ranges: RedisReply, slot: number, asked: RedisNode): RedisNode {
  for (const range of listOf(ranges)) {
    const [from, to, master] = listOf(range);
    if (slot < numberOf(from) || slot > numberOf(to)) continue;
    const [host, port] = listOf(master ?? null);
    const name = textOf(host);
    return { host: name === '' || name === '?' ? asked.host : name, port: numberOf(port) };
  }
  throw new Error(`CLUSTERDOWN no node of the cluster serves slot ${slot}`);
}
