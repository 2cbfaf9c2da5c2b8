import type { Settings } from '../settings/settings.ts';

/** Whether results come as messages, whose queue must be there before the task is sent. */
export function repliesByMessage({ resultBackend }: Settings): boolean {
  return resultBackend?.startsWith('rpc:') === true;
}
