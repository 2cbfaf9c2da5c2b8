import type { Output } from '../output.ts';
import type { DaemonOptions } from './daemon-options.ts';
import { detach } from './detach.ts';

/**
 * Starts this very command in the background, and says what came of it.
 * @returns the exit code
 * @throws {CommandFailedError} when it ended instead
 */
export async function startDetached(options: DaemonOptions, node: string, output: Output): Promise<number> {
  const { pid, isReady } = await detach(process.argv.slice(2), options, node);
  const state = isReady ? 'is ready' : 'was started, and is not ready yet';
  output.data({ hostname: node, pid, ready: isReady }, () => `${node} ${state} (process ${pid}).`);
  return 0;
}
