import type { DueState, Schedule, ScheduleContext } from './schedule.ts';

/**
 * Milliseconds until a schedule is due, 0 or less when it is; undefined when it never is again.
 * @param lastRunAtMs - when it last ran
 * @see celery/schedules.py remaining_estimate
 */
export function remainingEstimate(
  schedule: Schedule,
  lastRunAtMs: number,
  nowMs: number,
  context: ScheduleContext,
): number | undefined {
  const next = schedule.next(lastRunAtMs, context);
  return next === undefined ? undefined : next - nowMs;
}

/**
 * Whether a schedule is due, and how long to wait before the next look: until it is due, or due again.
 * @see celery/schedules.py is_due
 */
export function isDue(schedule: Schedule, lastRunAtMs: number, nowMs: number, context: ScheduleContext): DueState {
  const remaining = remainingEstimate(schedule, lastRunAtMs, nowMs, context);
  if (remaining === undefined) return { isDue: false, nextMs: Number.POSITIVE_INFINITY };
  if (remaining > 0) return { isDue: false, nextMs: remaining };
  const next = remainingEstimate(schedule, nowMs, nowMs, context);
  return { isDue: true, nextMs: next ?? Number.POSITIVE_INFINITY };
}
