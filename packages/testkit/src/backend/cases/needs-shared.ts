import type { BackendCapabilities } from '@celeriac/backend';

/** For cases in which one client reads what another has stored. */
export function needsShared({ shared }: BackendCapabilities): true | string {
  return shared || 'only the process that sent a task can read its result';
}
