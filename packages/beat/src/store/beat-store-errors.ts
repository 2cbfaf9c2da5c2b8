import { CeleriacError, type CeleriacErrorOptions } from '@celeriac/protocol';

/** The store cannot be reached or used now. */
export class BeatStoreError extends CeleriacError {
  readonly code = 'CLR_BEAT_STORE';
  /** Masked. */
  readonly url: string;

  constructor(url: string, problem: string, options?: CeleriacErrorOptions) {
    super(`The schedule in ${url} cannot be used: ${problem}`, options);
    this.url = url;
  }
}

/** Another beat uses a store that only one can use. */
export class BeatLockedError extends CeleriacError {
  readonly code = 'CLR_BEAT_LOCKED';
  readonly url: string;
  /** Its process. */
  readonly pid: number;

  constructor(url: string, pid: number, options?: CeleriacErrorOptions) {
    super(`Another beat, process ${pid}, uses the schedule file ${url}.`, {
      hint: 'Stop it first; several beats can share a schedule in redis:// or sqlite:// (beatStore).',
      ...options,
    });
    this.url = url;
    this.pid = pid;
  }
}
