import type { SettingsInput } from '@celeriac/core';
import { isRecord } from '@celeriac/protocol';

/** Settings that the command line gives; they win over all others. */
export type Overrides = SettingsInput;

/** How {@link Overrides} reach the processes of a pool; not an argument, since URLs hold passwords. */
const VARIABLE = '_CELERIAC_OVERRIDES';

/** @param broker - takes the place of all three broker URLs */
export function urlOverrides(broker: string | undefined, resultBackend: string | undefined): Overrides {
  return {
    ...(broker !== undefined && { brokerUrl: broker, brokerReadUrl: null, brokerWriteUrl: null }),
    ...(resultBackend !== undefined && { resultBackend }),
  };
}

/** Leaves the overrides for the processes that this one starts. */
export function passOverrides(overrides: Overrides, environment: NodeJS.ProcessEnv): void {
  environment[VARIABLE] = JSON.stringify(overrides);
}

/** Takes what {@link passOverrides} left, so that it goes no further. */
export function takeOverrides(environment: NodeJS.ProcessEnv): Overrides {
  const text = environment[VARIABLE];
  delete environment[VARIABLE];
  if (text === undefined) return {};
  const overrides: unknown = JSON.parse(text);
  return isRecord(overrides) ? (overrides as Overrides) : {};
}
