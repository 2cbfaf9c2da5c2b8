import type { RegisteredTask } from '@celeriac/core/internal';

/** The options of a task that decide when and how its message is acknowledged. */
export type AckOptions = Pick<
  RegisteredTask['options'],
  'acksLate' | 'acksOnFailureOrTimeout' | 'acksOnFailure' | 'acksOnTimeout' | 'rejectOnWorkerLost'
>;

/** Celery's defaults, for messages that belong to no task known here. */
export const EARLY_ACK: AckOptions = Object.freeze({
  acksLate: false,
  acksOnFailureOrTimeout: true,
  acksOnFailure: undefined,
  acksOnTimeout: undefined,
  rejectOnWorkerLost: false,
});
