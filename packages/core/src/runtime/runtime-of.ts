import { type AppOwner, isApp } from './app-owner.ts';
import type { AppRuntime } from './app-runtime.ts';
import { engineOf } from './runtime.ts';

/**
 * What workers, the command line and test helpers use of an app.
 * @throws {TypeError} for anything but an app
 */
export function runtimeOf(app: AppOwner): AppRuntime {
  if (isApp(app)) return engineOf(app['~state']);
  throw new TypeError('This is no Celeriac app.');
}
