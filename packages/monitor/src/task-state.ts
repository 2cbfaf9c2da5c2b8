/**
 * A task as events tell of it. What no event has told is null. Times are Unix milliseconds.
 * @see celery/events/state.py Task
 */
export interface TaskState {
  readonly uuid: string;
  /** `PENDING`, `RECEIVED`, `STARTED`, `SUCCESS`, `FAILURE`, `RETRY`, `REVOKED`, `REJECTED`, or that of a custom event. */
  readonly state: string;
  /** It has ended. */
  readonly isReady: boolean;
  readonly name: string | null;
  /** In Python's notation, cut where it is long. */
  readonly args: string | null;
  readonly kwargs: string | null;
  readonly retries: number | null;
  /** ISO text. */
  readonly eta: string | null;
  readonly expires: string | null;
  readonly rootId: string | null;
  readonly parentId: string | null;
  /** Node name of the worker that last told of it. */
  readonly worker: string | null;
  /** Node name of the sender. */
  readonly client: string | null;
  readonly queue: string | null;
  readonly exchange: string | null;
  readonly routingKey: string | null;
  readonly sentAtMs: number | null;
  readonly receivedAtMs: number | null;
  readonly startedAtMs: number | null;
  readonly succeededAtMs: number | null;
  readonly failedAtMs: number | null;
  readonly retriedAtMs: number | null;
  readonly revokedAtMs: number | null;
  readonly rejectedAtMs: number | null;
  /** In Python's notation, cut where it is long. */
  readonly result: string | null;
  readonly runtimeMs: number | null;
  /** Of the failure, else of the last retry. */
  readonly exception: string | null;
  readonly traceback: string | null;
  /** The logical clock of the event that decides about `state`. */
  readonly clock: number;
  /** When that event was sent. */
  readonly timestampMs: number;
  /** The fields of the latest event of each type that Celery does not know, oldest first. */
  readonly custom: ReadonlyMap<string, { readonly [field: string]: unknown }>;
}
