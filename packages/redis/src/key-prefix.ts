import type { RedisPlan } from './redis-plan.ts';

/** Puts all keys into one slot of a cluster. */
const CLUSTER_PREFIX = '{celeriac}';

/**
 * What stands before every key.
 * @param globalKeyprefix - as configured; in a cluster it must have a hash tag, and is `{celeriac}` by default
 * @returns undefined when a cluster could not keep the keys together
 */
export function keyPrefix(plan: RedisPlan, globalKeyprefix: string | undefined): string | undefined {
  if (plan.kind !== 'cluster') return globalKeyprefix ?? '';
  const prefix = globalKeyprefix ?? CLUSTER_PREFIX;
  return /\{[^}]+\}/.test(prefix) ? prefix : undefined;
}
