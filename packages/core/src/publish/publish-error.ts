import { CeleriacError } from '@celeriac/protocol/basics';

/** A message could not be handed to the broker. It may still have arrived: a repetition must be harmless. @see kombu/exceptions.py OperationalError */
export class PublishError extends CeleriacError {
  readonly code = 'CLR_PUBLISH';
  readonly excType = 'OperationalError';
  readonly routingKey: string;
  /** Repetitions that were made. */
  readonly retries: number;

  constructor(routingKey: string, retries: number, cause: unknown) {
    super(
      `Sending to "${routingKey}" failed after ${retries} ${retries === 1 ? 'retry' : 'retries'}: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
        hint: 'Check that the broker runs and that the URL is right; taskPublishRetryPolicy sets how long to go on.',
      },
    );
    this.routingKey = routingKey;
    this.retries = retries;
  }
}
