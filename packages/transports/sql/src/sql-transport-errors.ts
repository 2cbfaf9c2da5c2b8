import { isCeleriacError } from '@celeriac/protocol';
import { ChannelError, ConnectionLostError } from '@celeriac/transport';

/** Failures that another attempt may not meet again. */
const PASSING: ReadonlySet<string> = new Set(['CLR_SQL_BUSY', 'CLR_SQL_UNAVAILABLE', 'CLR_SQL_DISK_FULL']);

/** Failures that only the messages of one call meet. */
const REFUSALS: ReadonlySet<string> = new Set(['CLR_SQL_DISK_FULL', 'CLR_SQL_TOO_LARGE']);

/** The same failure in the words of the transport contract; damage and bugs stay what they are. */
export function asTransportError(url: string, error: unknown): unknown {
  if (!isCeleriacError(error) || !PASSING.has(error.code)) return error;
  return new ConnectionLostError(url, error.message, { cause: error, ...hintOf(error) });
}

/** As {@link asTransportError}, for putting: without room, or where it is too large, only this message is refused. */
export function asPutError(url: string, error: unknown): unknown {
  if (!isCeleriacError(error) || !REFUSALS.has(error.code)) return asTransportError(url, error);
  const why = error.code === 'CLR_SQL_DISK_FULL' ? `its disk is full: ${error.message}` : error.message;
  return new ChannelError(`The broker ${url}`, `refused the message, since ${why}`, { cause: error, ...hintOf(error) });
}

function hintOf({ hint }: { readonly hint: string | undefined }): { readonly hint: string } | undefined {
  return hint === undefined ? undefined : { hint };
}
