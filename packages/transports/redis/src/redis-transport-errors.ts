import { isCeleriacError } from '@celeriac/protocol';
import { ChannelError, ConnectionLostError } from '@celeriac/transport';

/** The same failure in the words of the transport contract; refused access stays what it is. */
export function asTransportError(url: string, error: unknown): unknown {
  if (!isCeleriacError(error)) return error;
  if (error.code === 'CLR_REDIS_UNAVAILABLE') {
    return new ConnectionLostError(url, error.message, { cause: error, ...hintOf(error) });
  }
  if (error.code === 'CLR_REDIS_REPLY') {
    return new ChannelError(`The broker ${url}`, error.message, { cause: error, ...hintOf(error) });
  }
  return error;
}

function hintOf({ hint }: { readonly hint: string | undefined }): { readonly hint: string } | undefined {
  return hint === undefined ? undefined : { hint };
}
