import type { Clock } from '@celeriac/protocol';
import { ConnectionLostError } from './transport-errors.ts';

/** Resolves after `delayMs`, or as soon as the signal is aborted. */
export async function pause(clock: Clock, delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  if (delayMs <= 0 || signal?.aborted === true) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = clock.setTimer(delayMs, resolve);
  const onAbort = (): void => resolve();
  signal?.addEventListener('abort', onAbort);
  await promise;
  timer.cancel();
  signal?.removeEventListener('abort', onAbort);
}

/**
 * The broker's answer, if it comes in time.
 * @param url - masked, for the error
 * @throws {ConnectionLostError} after `timeoutMs`
 */
export async function answerWithin<T>(clock: Clock, answer: Promise<T>, timeoutMs: number, url: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = clock.setTimer(timeoutMs, () => {
    late.reject(new ConnectionLostError(url, `no answer within ${timeoutMs} ms`));
  });
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    timer.cancel();
  }
}
