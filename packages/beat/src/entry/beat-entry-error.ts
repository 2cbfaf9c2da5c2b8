import { CeleriacError, type CeleriacErrorOptions, escapeForLog } from '@celeriac/protocol';

/** A periodic task that cannot be: it is left out, the others run. */
export class BeatEntryError extends CeleriacError {
  readonly code = 'CLR_BEAT_ENTRY';
  /** The entry's name. */
  readonly entry: string;
  /** The part at fault: `schedule`, `args`, `timezone` … */
  readonly field: string;

  constructor(entry: string, field: string, problem: string, options?: CeleriacErrorOptions) {
    super(`The periodic task "${escapeForLog(entry, 100)}" cannot be: ${field} ${problem}`, options);
    this.entry = entry;
    this.field = field;
  }
}
