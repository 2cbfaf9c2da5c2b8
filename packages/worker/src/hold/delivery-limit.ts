/** What is done with a message that was delivered before. */
export type Verdict = 'run' | 'run-alone' | 'poison';

/** Deliveries that run without being counted: most messages that come again do so once, and counting costs a write. */
function uncounted(limit: number): number {
  return Math.min(2, limit);
}

/**
 * Whether runs of a message have to be counted.
 * @param deliveries - this one included; undefined where the broker does not count
 * @param limit - deaths of the process that are tolerated beyond the first
 */
export function isSuspect(deliveries: number | undefined, redelivered: boolean, limit: number): boolean {
  return (deliveries ?? (redelivered ? Number.POSITIVE_INFINITY : 1)) > uncounted(limit);
}

/**
 * Judges a suspect. One of which a run is known to have died runs alone, so that it takes no others with it.
 * @param begun - counted runs that did not end; undefined when nobody counts, then every delivery is taken for a run
 */
export function judge(begun: number | undefined, deliveries: number | undefined, limit: number): Verdict {
  if (begun === undefined) return deliveries !== undefined && deliveries > limit + 1 ? 'poison' : 'run-alone';
  if (begun > limit - uncounted(limit)) return 'poison';
  return begun > 0 ? 'run-alone' : 'run';
}
