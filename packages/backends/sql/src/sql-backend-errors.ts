import { BackendUnavailableError } from '@celeriac/backend';
import { isCeleriacError } from '@celeriac/protocol';
import type { SqlDatabase, Steps, TransactionOptions } from '@celeriac/sql';

/** Failures that another attempt may not meet again. */
const PASSING: ReadonlySet<string> = new Set(['CLR_SQL_BUSY', 'CLR_SQL_UNAVAILABLE', 'CLR_SQL_DISK_FULL']);

/** The same failure in the words of the backend contract; damage and bugs stay what they are. */
export function asBackendError(url: string, error: unknown): unknown {
  if (!isCeleriacError(error) || !PASSING.has(error.code)) return error;
  const hint = error.hint === undefined ? undefined : { hint: error.hint };
  return new BackendUnavailableError(url, error.message, { cause: error, ...hint });
}

/** `database.transaction` with the errors of the backend contract. */
export async function inTransaction<T>(
  database: SqlDatabase,
  script: () => Steps<T>,
  mode: NonNullable<TransactionOptions['mode']> = 'write',
): Promise<T> {
  try {
    return await database.transaction(script, { mode });
  } catch (error) {
    throw asBackendError(database.url, error);
  }
}
