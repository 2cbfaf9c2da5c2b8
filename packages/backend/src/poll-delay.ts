/** What happened since results were last found. */
export interface PollHistory {
  /** The delay while results keep coming, milliseconds. */
  readonly baseMs: number;
  /** Polls in a row that found nothing. */
  readonly quiet: number;
  /** Polls in a row that failed. */
  readonly failures: number;
}

const QUIET_GROWTH = 1.25;
const QUIET_MAX_FACTOR = 4;
const FAILURE_MAX_MS = 10_000;

/**
 * The wait before results are asked for again, milliseconds. Silence stretches it slowly, up to four times the base, so
 * that it stays a small part of the time waited already; failures double it, up to ten seconds.
 */
export function pollDelayMs({ baseMs, quiet, failures }: PollHistory): number {
  if (failures > 0) return Math.min(baseMs * 2 ** failures, Math.max(baseMs, FAILURE_MAX_MS));
  return Math.min(baseMs * QUIET_GROWTH ** quiet, baseMs * QUIET_MAX_FACTOR);
}
