import type { AppRuntime, Outcome } from '@celeriac/core/internal';
import type { ReceivedTask } from '../request/received-task.ts';
import type { Pool, PoolHost } from './pool.ts';

/** What a package with a pool of its own exports as `pool`. `--pool <package>` names it. */
export interface PoolPlugin {
  /** Makes a pool; starts nothing. */
  create(parts: PoolPluginParts): Pool;
}

/** What such a pool gets. */
export interface PoolPluginParts {
  readonly runtime: AppRuntime;
  /** Is told what happens to tasks. */
  readonly host: PoolHost;
  /** The worker's node name. */
  readonly hostname: string;
  /** Slots that were asked for. */
  readonly concurrency: number;
  /**
   * Runs the code of a task in this process. Never rejects.
   * @param signal - tells the task that it should end
   */
  invoke(received: ReceivedTask, signal: AbortSignal): Promise<Outcome>;
}
