/** A worker as events tell of it. Times are Unix milliseconds. @see celery/events/state.py Worker */
export interface WorkerState {
  /** Node name. */
  readonly hostname: string;
  readonly pid: number;
  /** It has not said goodbye. Whether it lives: {@link isAlive}. */
  readonly isOnline: boolean;
  /** Time between heartbeats. */
  readonly freqMs: number;
  readonly active: number | null;
  readonly processed: number | null;
  readonly loadavg: readonly number[];
  /** `py-celery`, `celeriac`. */
  readonly swIdent: string | null;
  readonly swVer: string | null;
  readonly swSys: string | null;
  readonly clock: number;
  /** When its last event was sent. */
  readonly timestampMs: number;
  /** When anything of it was last received; 0 = never. */
  readonly lastSeenMs: number;
  /** How far its time was from ours with the last event, at least. */
  readonly driftMs: number;
}

/** A worker is gone when nothing came for this many times its `freq`. @see celery/events/state.py HEARTBEAT_EXPIRE_WINDOW */
const PATIENCE = 2;

/** Whether a worker seems to live. */
export function isAlive({ isOnline, lastSeenMs, freqMs }: WorkerState, nowMs: number): boolean {
  return isOnline && nowMs < lastSeenMs + freqMs * PATIENCE;
}
