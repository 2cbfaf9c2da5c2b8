import { closest } from '@celeriac/protocol/basics';
import { ConfigurationError, shownValue } from './configuration-error.ts';
import { settingTable } from './setting-table.ts';
import type { Settings } from './settings.ts';

/** Environment variables. */
export type Environment = { readonly [name: string]: string | undefined };

const PREFIX = 'CELERIAC_';

/** Variables that Celery reads too. @see celery/app/base.py */
const SHARED: readonly (readonly [string, keyof Settings])[] = [
  ['CELERY_BROKER_URL', 'brokerUrl'],
  ['CELERY_BROKER_READ_URL', 'brokerReadUrl'],
  ['CELERY_BROKER_WRITE_URL', 'brokerWriteUrl'],
  ['CELERY_RESULT_BACKEND', 'resultBackend'],
];

/** The settings whose variables win over code, as in Celery. @see celery/app/utils.py Settings.broker_url */
export const ENVIRONMENT_FIRST: ReadonlySet<keyof Settings> = new Set(SHARED.map(([, name]) => name));

/** The configuration file that `CELERY_CONFIG_MODULE` names; a Python module's name is none of ours. */
export function configFileOf(environment: Environment): string | undefined {
  const path = environment['CELERY_CONFIG_MODULE']?.trim();
  return path !== undefined && /^[./]|[\\/]|\.(?:[mc]?[jt]s)$/.test(path) ? path : undefined;
}

/**
 * The settings that environment variables give: Celery's own four, and `CELERIAC_` with a setting's name in upper case
 * (`CELERIAC_TASK_ACKS_LATE=true`), which wins. Lists are separated by commas, objects are JSON; empty variables count
 * as not set. A `CELERIAC_` variable that is no setting is an error when it looks like one, and left alone otherwise.
 * @throws {ConfigurationError} naming the variable
 */
export function readEnvironment(environment: Environment): Map<keyof Settings, unknown> {
  const found = new Map<keyof Settings, unknown>();
  for (const [variable, name] of SHARED) {
    const value = environment[variable]?.trim();
    if (value) found.set(name, value);
  }
  for (const variable of Object.keys(environment)) {
    const value = variable.startsWith(PREFIX) ? environment[variable]?.trim() : undefined;
    if (!value) continue;
    const name = variables.get(variable);
    if (name !== undefined) found.set(name, fromText(variable, name, value));
    else refuseTypo(variable);
  }
  return found;
}

const variables: ReadonlyMap<string, keyof Settings> = new Map(
  (Object.keys(settingTable) as (keyof Settings)[]).map((name) => [variableOf(name), name]),
);

/** `taskAcksLate` → `CELERIAC_TASK_ACKS_LATE`. */
export function variableOf(name: string): string {
  return PREFIX + name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/**
 * A setting's value written as text.
 * @param key - where it is written, for the error
 * @throws {ConfigurationError} for text that is no such value
 */
export function fromText(key: string, name: keyof Settings, text: string): unknown {
  const { type } = settingTable[name];
  const value = type.fromText(text);
  if (value !== undefined) return value;
  throw new ConfigurationError(key, `must be ${type.expects}, got ${shownValue(text)}`, {
    value: shownValue(text),
  });
}

function refuseTypo(variable: string): void {
  const near = closest(variable, variables.keys());
  if (near === undefined || Math.abs(near.length - variable.length) > 2) return;
  throw new ConfigurationError(variable, 'is no setting (environment)', { hint: `Did you mean ${near}?` });
}
