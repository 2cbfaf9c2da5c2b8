/** A server that is neither installed nor can be installed here. Tests that need it are skipped, except under CI. */
export class ServiceMissingError extends Error {
  readonly code = 'SERVICE_MISSING';
  readonly service: string;

  constructor(service: string, reason: string, options?: ErrorOptions) {
    super(`${service}: ${reason}`, options);
    this.name = 'ServiceMissingError';
    this.service = service;
  }
}

/** A server that was started and did not come up, or a command to it that failed. Holds the end of its output. */
export class ServiceFailedError extends Error {
  readonly code = 'SERVICE_FAILED';
  readonly service: string;

  constructor(service: string, reason: string, output: string) {
    super(`${service}: ${reason}${output ? `\n${output}` : ''}`);
    this.name = 'ServiceFailedError';
    this.service = service;
  }
}
