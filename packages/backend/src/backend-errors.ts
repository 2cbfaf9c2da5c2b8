import { CeleriacError, type CeleriacErrorOptions } from '@celeriac/protocol';

/** The result store cannot be reached now; the same call may go through later. */
export class BackendUnavailableError extends CeleriacError {
  readonly code = 'CLR_BACKEND_UNAVAILABLE';
  /** Masked URL. */
  readonly url: string;

  constructor(url: string, reason: string, options?: CeleriacErrorOptions) {
    super(`Result store ${url} is not available: ${reason}`, options);
    this.url = url;
  }
}
