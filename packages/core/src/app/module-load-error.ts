import { CeleriacError, escapeForLog } from '@celeriac/protocol/basics';

/** A module of tasks cannot be loaded. */
export class ModuleLoadError extends CeleriacError {
  readonly code = 'CLR_MODULE_LOAD';
  /** The module as it was named. */
  readonly module: string;

  constructor(module: string, reason: string, options: ErrorOptions & { readonly hint?: string }) {
    super(`The module ${escapeForLog(module, 255)} cannot be loaded: ${escapeForLog(reason, 500)}`, options);
    this.module = module;
  }
}
