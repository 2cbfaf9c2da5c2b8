import { CeleriacError } from '@celeriac/protocol';

/** A message could not be put into quarantine. Its text shows the beginning of the payload, which may be lost otherwise. */
export class QuarantineError extends CeleriacError {
  readonly code = 'CLR_QUARANTINE';
  /** The queue that the message came from. */
  readonly queue: string;

  /** @param what - the message and why it is put aside, safe for a log */
  constructor(queue: string, what: string, cause: unknown) {
    super(`${what} could not be put into quarantine: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
      hint: 'Check that the broker runs, and that nobody declared the queue celeriac.quarantine in another way.',
    });
    this.queue = queue;
  }
}
