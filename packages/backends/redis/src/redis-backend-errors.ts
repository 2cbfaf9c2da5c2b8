import { BackendUnavailableError } from '@celeriac/backend';
import { isCeleriacError } from '@celeriac/protocol';

/** The same failure in the words of the backend contract; refused access stays what it is. */
export function asBackendError(url: string, error: unknown): unknown {
  if (!isCeleriacError(error)) return error;
  // Without memory the same call goes through when there is some again.
  const passes = error.code === 'CLR_REDIS_UNAVAILABLE' || (error.code === 'CLR_REDIS_REPLY' && isFull(error));
  if (!passes) return error;
  const hint = error.hint === undefined ? undefined : { hint: error.hint };
  return new BackendUnavailableError(url, error.message, { cause: error, ...hint });
}

function isFull(error: object): boolean {
  return 'reply' in error && error.reply === 'OOM';
}
