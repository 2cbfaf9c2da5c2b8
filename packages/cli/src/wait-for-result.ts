import type { Backend } from '@celeriac/backend';
import type { ResultMeta } from '@celeriac/protocol';
import { CommandFailedError } from './cli-error.ts';
import type { OpenApp } from './open-app.ts';

/** Above this, Node fires a timer at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The app's result store.
 * @throws {CommandFailedError} when it has none
 */
export async function requireBackend({ runtime }: OpenApp, command: string): Promise<Backend> {
  const backend = await runtime.backend();
  if (backend !== undefined) return backend;
  throw new CommandFailedError(command, 'The app keeps no results.', {
    hint: "Give it a result store: new Celeriac('proj', { backend }), or --result-backend <url>.",
  });
}

/**
 * Resolves when the result is final.
 * @param timeoutMs - undefined: wait for ever
 * @throws {CommandFailedError} when the time is over
 */
export async function waitForResult(
  backend: Backend,
  id: string,
  command: string,
  timeoutMs: number | undefined,
): Promise<ResultMeta> {
  const { promise, resolve, reject } = Promise.withResolvers<ResultMeta>();
  const watch = backend.watch(([meta]) => {
    if (meta !== undefined) resolve(meta);
  });
  // The timer also keeps the process alive while the store's own watching does not.
  const timer = setTimeout(
    () => reject(tooLate(id, command, timeoutMs ?? LONGEST_TIMER_MS)),
    Math.min(timeoutMs ?? LONGEST_TIMER_MS, LONGEST_TIMER_MS),
  );
  try {
    watch.add([id]);
    return await promise;
  } finally {
    clearTimeout(timer);
    await watch.close();
  }
}

function tooLate(id: string, command: string, timeoutMs: number): CommandFailedError {
  return new CommandFailedError(command, `No result of ${id} within ${timeoutMs / 1000} seconds.`, {
    hint: `Is a worker running? Look again later: celeriac -A … result ${id} --wait`,
  });
}
