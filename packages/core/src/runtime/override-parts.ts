import { ConfigurationError } from '../settings/configuration-error.ts';
import type { AppOwner } from './app-owner.ts';
import type { OverridingParts } from './overriding-parts.ts';

/**
 * Replaces the broker, the result store and the clock of an app that is not connected, in all its settings at once. An
 * app without a result store has one then, and one with `taskAlwaysEager` sends its calls.
 * @returns gives the app its own parts back; close the app first. May be called repeatedly
 * @throws {ConfigurationError} when the app is connected, or when its parts are replaced already
 */
export function overrideParts(app: AppOwner, parts: OverridingParts): () => void {
  const state = app['~state'];
  if (state.engine?.isConnected || state.isOverridden) {
    const how = state.isOverridden ? 'are replaced already' : 'cannot be replaced: the app is connected';
    throw new ConfigurationError(`Broker, result store and clock of the app "${state.name}"`, how, {
      hint: state.isOverridden ? 'Stop who did it first.' : 'Close the app first: await app.close().',
    });
  }
  state.override(parts);
  let isRestored = false;
  return () => {
    if (!isRestored) state.override(undefined);
    isRestored = true;
  };
}
