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

/** The id of a task or group cannot name a result. */
export class InvalidResultIdError extends CeleriacError {
  readonly code = 'CLR_INVALID_RESULT_ID';
  /** What was given, cut to 255 characters when it is text. */
  readonly id: unknown;

  constructor(id: unknown, problem: string, options?: CeleriacErrorOptions) {
    super(`Invalid result id: ${problem}.`, { hint: 'Ids are text of 1 to 255 characters.', ...options });
    this.id = typeof id === 'string' ? id.slice(0, 255) : id;
  }
}

/** A store was given settlements of a broker that is not the same database. */
export class ForeignJointWorkError extends CeleriacError {
  readonly code = 'CLR_FOREIGN_JOINT_WORK';
  /** The domain of the work. */
  readonly domain: string;

  constructor(domain: string, backendName: string, options?: CeleriacErrorOptions) {
    super(`The ${backendName} result store cannot perform joint work of ${JSON.stringify(domain)}.`, {
      hint: 'Compare the jointDomain of the backend with the domain of the work before storing.',
      ...options,
    });
    this.domain = domain;
  }
}
