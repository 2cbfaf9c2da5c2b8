/** What a worker tells others about itself and its tasks, and hears of them. */
export interface ChatterOptions {
  /** Monitors are told about every task. Default `workerSendTaskEvents`. */
  readonly taskEvents?: boolean;
  /** The worker tells nobody that it is there. Default false. */
  readonly withoutHeartbeat?: boolean;
  /** It does not ask others, as it starts, which tasks were revoked. Default false. */
  readonly withoutMingle?: boolean;
  /** It does not listen to the events of other workers. Default false. */
  readonly withoutGossip?: boolean;
  /** Milliseconds between heartbeats. Default 2,000. */
  readonly heartbeatIntervalMs?: number;
}

/** {@link ChatterOptions} with nothing left open. */
export type ResolvedChatterOptions = Required<ChatterOptions>;

/** As often as Celery. @see celery/worker/heartbeat.py */
export const DEFAULT_HEARTBEAT_MS = 2000;
