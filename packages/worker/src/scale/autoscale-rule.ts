/** Celery's `AUTOSCALE_KEEPALIVE`, in milliseconds. */
export const AUTOSCALE_KEEPALIVE_MS = 30_000;

/** What a rule decides by. */
export interface AutoscaleFacts {
  /** Slots now. */
  readonly current: number;
  readonly min: number;
  readonly max: number;
  /** Tasks that run, or wait for a slot. */
  readonly reserved: number;
  /** Milliseconds since the pool grew last; undefined when it never did. */
  readonly sinceGrowthMs: number | undefined;
}

/**
 * Decides how many slots there should be.
 * @returns any number; it is brought between `min` and `max`
 */
export type AutoscaleRule = (facts: AutoscaleFacts) => number;

/**
 * As many as there is work for: more at once, fewer only when the pool has not grown for 30 seconds.
 * @see celery/worker/autoscale.py Autoscaler._maybe_scale
 */
export const celeryRule: AutoscaleRule = ({ current, reserved, sinceGrowthMs }) => {
  if (reserved > current) return reserved;
  const isQuiet = sinceGrowthMs !== undefined && sinceGrowthMs > AUTOSCALE_KEEPALIVE_MS;
  return isQuiet ? reserved : current;
};

/** What a rule says, as far as the bounds allow. What is no number changes nothing. */
export function targetOf(rule: AutoscaleRule, facts: AutoscaleFacts): number {
  const wanted = rule(facts);
  if (!Number.isFinite(wanted)) return facts.current;
  return Math.min(facts.max, Math.max(facts.min, Math.round(wanted)));
}
