import type { Clock } from '@celeriac/protocol';
import type { Transport } from './transport.ts';
import { ConnectionLostError } from './transport-errors.ts';

/**
 * Opens a connection, or closes it again when that takes too long or nobody wants it any more.
 * @throws {ConnectionLostError} after `timeoutMs`
 * @throws the signal's reason when it is aborted first
 * @throws whatever `connect` throws
 */
export async function connectWithin(
  transport: Transport,
  timeoutMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const given = Promise.withResolvers<never>();
  const onAbort = (): void => given.reject(signal.reason);
  const timer = clock.setTimer(timeoutMs, () => {
    given.reject(new ConnectionLostError(transport.url, `no connection within ${timeoutMs} ms`));
  });
  signal.addEventListener('abort', onAbort);
  try {
    signal.throwIfAborted();
    await Promise.race([transport.connect(), given.promise]);
  } catch (error) {
    // What a half-open connection says to being closed changes nothing.
    transport.close().catch(() => {});
    throw error;
  } finally {
    timer.cancel();
    signal.removeEventListener('abort', onAbort);
  }
}
