import { appInSlot } from '../runtime/current-app-slot.ts';
import { ConfigurationError } from '../settings/configuration-error.ts';
import type { Celeriac } from './celeriac.ts';

/**
 * The app that was made last in this process, unless with `setAsCurrent: false`; for libraries that are given none.
 * @throws {ConfigurationError} when there is no app
 * @see celery/_state.py get_current_app
 */
export function currentApp(): Celeriac {
  const app = appInSlot();
  if (app !== undefined) return app as Celeriac;
  throw new ConfigurationError('The current app', 'does not exist: no app was made', {
    hint: 'Make one with new Celeriac(name), before tasks are called.',
  });
}
