import type { AppRuntime } from './app-runtime.ts';

/** Something that has a runtime: an app. The name says that it is none of the users' business. */
export interface AppOwner {
  readonly '~runtime': AppRuntime;
}

/**
 * What workers, the command line and test helpers use of an app.
 * @throws {TypeError} for anything but an app
 */
export function runtimeOf(app: AppOwner): AppRuntime {
  if (isApp(app)) return app['~runtime'];
  throw new TypeError('This is no Celeriac app.');
}

/** Whether `value` is an app, of any copy of this package. */
export function isApp(value: unknown): value is AppOwner {
  return typeof value === 'object' && value !== null && '~runtime' in value;
}
