import { CeleriacError, type CeleriacErrorOptions } from '@celeriac/protocol';

/** An option of a worker that cannot be. */
export class WorkerOptionError extends CeleriacError {
  readonly code = 'CLR_WORKER_OPTION';
  readonly option: string;
  readonly value: unknown;

  constructor(option: string, value: unknown, problem: string, options?: CeleriacErrorOptions) {
    super(`Worker option ${option} ${problem}, not ${shown(value)}.`, options);
    this.option = option;
    this.value = value;
  }
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 100);
}
