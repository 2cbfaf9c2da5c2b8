/** Names, in its environment, a process that was started in the background. */
const DETACHED = '_CELERIAC_DETACHED';

/** The environment of a process that is started in the background, whatever its own arguments say. */
export function detachedEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, [DETACHED]: '1' };
}

/** Whether this process was started in the background. Those that it starts in turn are not told. */
export function takeDetachedMark(env: NodeJS.ProcessEnv): boolean {
  const isDetached = env[DETACHED] !== undefined;
  delete env[DETACHED];
  return isDetached;
}
