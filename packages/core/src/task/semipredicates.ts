/**
 * Thrown by a task that wants no state stored: the message is acknowledged, nothing else happens.
 * @see celery/exceptions.py Ignore
 */
export class Ignore extends Error {
  override readonly name = 'Ignore';
}

/**
 * Thrown by a late-acknowledged task that refuses its message.
 * @see celery/exceptions.py Reject
 */
export class Reject extends Error {
  override readonly name = 'Reject';
  /** Back to its queue, instead of given up. */
  readonly requeue: boolean;

  /** @param reason - why, for the log */
  constructor(reason = '', options: { readonly requeue?: boolean } = {}) {
    super(reason);
    this.requeue = options.requeue ?? false;
  }
}

/**
 * Thrown by a task that wants to run again. `context.retry()` throws one with the next attempt in it; thrown by hand it
 * means another attempt with the task's default delay.
 * @see celery/exceptions.py Retry
 */
export class Retry extends Error {
  override readonly name = 'Retry';
}
