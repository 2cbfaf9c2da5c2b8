/** What a result store can do, as values. */
export interface BackendCapabilities {
  /** Who drops old results: the store itself, the `celery.backend_cleanup` task, or nobody. */
  readonly expiry: 'native' | 'cleanup' | 'none';
  /** How `watch` learns of a result: the store says so, or it is asked again and again. */
  readonly wakeUp: 'push' | 'poll';
  /** Whether results outlive the process. */
  readonly durable: boolean;
  /** Whether every client of the store can read a result, or only the one that sent the task (rpc). */
  readonly shared: boolean;
}
