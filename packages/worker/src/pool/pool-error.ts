import { CeleriacError, type CeleriacErrorOptions } from '@celeriac/protocol';

/** A process of the pool cannot start: its app module, most often. */
export class PoolError extends CeleriacError {
  readonly code = 'CLR_POOL';
  /** The module that the process was to load. */
  readonly appModule: string;

  constructor(appModule: string, reason: string, options?: CeleriacErrorOptions) {
    super(`A pool process for ${JSON.stringify(appModule)} did not start: ${reason}`, options);
    this.appModule = appModule;
  }
}
