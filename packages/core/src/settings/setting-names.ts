import { closest, escapeForLog } from '@celeriac/protocol/basics';
import { absentSetting } from './celery-settings.ts';
import { ConfigurationError } from './configuration-error.ts';
import { settingTable } from './setting-table.ts';
import type { Settings } from './settings.ts';

/** How a setting's name is written: `taskAcksLate`, `task_acks_late` or `CELERY_ACKS_LATE`. */
type NameStyle = 'camelCase' | 'lower case' | 'upper case';

/** The setting that a name means. */
interface NamedSetting {
  readonly name: keyof Settings;
  /** Undefined where the name looks the same in two styles. */
  readonly style: NameStyle | undefined;
}

/** Short names for the two settings that everybody writes. */
const ALIASES: readonly (readonly [string, keyof Settings])[] = [
  ['broker', 'brokerUrl'],
  ['backend', 'resultBackend'],
];

const names: ReadonlyMap<string, NamedSetting> = buildNames();

/**
 * The settings of one plain object by our names. Celery's lower-case names and its old upper-case ones mean the same
 * settings, but one source keeps to one of the three.
 * @param origin - where the object comes from, for errors: `app.configure()`, `celeriac.config.ts`
 * @throws {ConfigurationError} for an unknown name, with a suggestion, and for names of two styles
 * @see celery/app/utils.py detect_settings
 */
export function readSettingNames(given: object, origin: string): Map<keyof Settings, unknown> {
  const found = new Map<keyof Settings, unknown>();
  let first: { readonly key: string; readonly style: NameStyle } | undefined;
  for (const [key, value] of Object.entries(given)) {
    const setting = names.get(key);
    if (setting === undefined) throw unknownSetting(key, origin);
    const { name, style } = setting;
    if (style !== undefined) {
      first ??= { key, style };
      if (first.style !== style) {
        throw new ConfigurationError(key, `is written in ${style}, but ${first.key} in ${first.style}`, {
          hint: `Keep to one style in ${origin}.`,
        });
      }
    }
    if (found.has(name)) throw new ConfigurationError(key, `is given twice in ${origin}`);
    found.set(name, value);
  }
  return found;
}

/** The setting that a name means, in any of the three styles. */
export function settingOf(name: string): keyof Settings | undefined {
  return names.get(name)?.name;
}

function buildNames(): Map<string, NamedSetting> {
  const all = new Map<string, NamedSetting>();
  const entries = Object.entries(settingTable) as [keyof Settings, (typeof settingTable)[keyof Settings]][];
  for (const [name, { celery, old }] of entries) {
    all.set(name, { name, style: name === celery ? undefined : 'camelCase' });
    if (celery !== undefined && celery !== name) all.set(celery, { name, style: 'lower case' });
    if (old !== undefined) all.set(old, { name, style: 'upper case' });
  }
  for (const [alias, name] of ALIASES) all.set(alias, { name, style: undefined });
  return all;
}

function unknownSetting(key: string, origin: string): ConfigurationError {
  const absent = absentSetting(key);
  if (absent !== undefined) {
    const { celery, because, instead } = absent;
    const problem = `is Celery's setting ${celery}, not supported by Celeriac because ${because} (${origin})`;
    return new ConfigurationError(key, problem, { hint: instead ?? 'Leave it out.' });
  }
  const near = closest(key, names.keys());
  return new ConfigurationError(escapeForLog(key, 60), `is no setting (${origin})`, {
    hint: near === undefined ? 'The README of @celeriac/core lists all settings.' : `Did you mean ${near}?`,
  });
}

/**
 * The settings of an object that holds other things too: those whose names begin with a namespace, without it.
 * `CELERY_TASK_ACKS_LATE` of the namespace `CELERY` is `task_acks_late`.
 * @throws {ConfigurationError} for a namespace that is no word
 * @see celery/app/utils.py detect_settings, celery/utils/collections.py ConfigurationView
 */
export function settingsOfNamespace(given: object, namespace: string): object {
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(namespace)) {
    throw new ConfigurationError('namespace', 'must be a word, such as CELERY');
  }
  const prefix = namespace.endsWith('_') ? namespace : `${namespace}_`;
  const own = Object.entries(given).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length).toLowerCase(), value]));
}
