import { CeleriacError } from '@celeriac/protocol';

/** `EX_UNAVAILABLE` of sysexits.h, as Celery has it. @see celery/platforms.py */
const EXIT_UNAVAILABLE = 69;

/** No worker answered in time. Exit code 69. */
export class NoReplyError extends CeleriacError {
  readonly code = 'CLR_NO_REPLY';
  readonly exitCode: number = EXIT_UNAVAILABLE;
}

/** Celery's words. */
export function noReply(): NoReplyError {
  return new NoReplyError('No nodes replied within time constraint.', {
    hint: 'Are workers running on this broker? Busy ones may need longer: -t 5.',
  });
}
