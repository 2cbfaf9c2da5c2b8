import type { AppRuntime } from '@celeriac/core/internal';

/** Whether the result store leaves it to a task to drop what is old. A store that does not answer now is taken not to. */
export async function needsCleanup(runtime: AppRuntime): Promise<boolean> {
  const { resultExpires, resultBackend } = runtime.settings;
  if (resultExpires === null || resultExpires === 0 || resultBackend === undefined) return false;
  try {
    return (await runtime.backend())?.capabilities.expiry === 'cleanup';
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    runtime.logger.warning(`beat: the result store does not answer, its cleaning is not scheduled: ${reason}`);
    return false;
  }
}
