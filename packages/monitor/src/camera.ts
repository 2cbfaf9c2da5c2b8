import type { ClusterState } from './cluster-state.ts';

/**
 * Takes snapshots of the cluster, into a database for instance.
 * @see celery/events/snapshot.py Polaroid
 */
export interface Camera {
  /** Forget tasks that have ended after each snapshot, so that the next one has only what is new. Default false. */
  readonly clearAfter?: boolean;
  /** A snapshot is due. The next one waits until this one is done. */
  onShutter(state: ClusterState): void | Promise<void>;
  /** Called once an hour: time to drop old snapshots. */
  onCleanup?(): void | Promise<void>;
}
