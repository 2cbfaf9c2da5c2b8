import type { SettingsInput } from '../app/app-options.ts';
import type { AppOwner } from './app-owner.ts';

/**
 * Gives an app settings that win over all others, code and environment included: those of a command line.
 * @throws {ConfigurationError} for an unknown name, or when the app is connected
 */
export function configureAbove(app: AppOwner, settings: SettingsInput): void {
  app['~state'].configureAbove(settings);
}
