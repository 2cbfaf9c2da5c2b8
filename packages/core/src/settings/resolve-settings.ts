import { maskUrl } from '@celeriac/protocol/basics';
import type { PublishRetryPolicy } from '@celeriac/transport';
import { checkUrlSetting } from '../plugins/check-url.ts';
import { checkTaskRoutes } from './check-routes.ts';
import { ConfigurationError, shownValue } from './configuration-error.ts';
import { readRetryPolicy } from './retry-policy-setting.ts';
import { settingTable } from './setting-table.ts';
import { givenType } from './setting-type.ts';
import type { Settings } from './settings.ts';

/** Settings by our names, and where they come from. */
export interface SettingSource {
  readonly origin: string;
  readonly values: ReadonlyMap<keyof Settings, unknown>;
}

const URLS: ReadonlySet<keyof Settings> = new Set(['brokerUrl', 'brokerReadUrl', 'brokerWriteUrl', 'resultBackend']);

/**
 * All settings, from several sources and the defaults.
 * @param sources - the first one that has a value wins
 * @returns frozen
 * @throws {ConfigurationError} naming the setting, its source, the value (secrets masked) and what it must be
 */
export function resolveSettings(sources: readonly SettingSource[]): Settings {
  const settings: Record<string, unknown> = {};
  const isGiven = (name: keyof Settings): boolean => sources.some(({ values }) => values.get(name) !== undefined);
  const anyScheme = {
    broker: isGiven('brokerTransport'),
    results: isGiven('resultBackendPackage') || isGiven('overrideBackends'),
  };
  for (const name of Object.keys(settingTable) as (keyof Settings)[]) {
    const source = sources.find(({ values }) => values.get(name) !== undefined);
    const fallback = settingTable[name].default;
    settings[name] = source === undefined ? fallback : checked(name, source.values.get(name), source.origin, anyScheme);
  }
  checkTogether(settings as unknown as Settings);
  return Object.freeze(settings) as unknown as Settings;
}

/** Whether packages are given apart from the URLs. */
interface AnyScheme {
  readonly broker: boolean;
  readonly results: boolean;
}

function checked(name: keyof Settings, value: unknown, origin: string, anyScheme: AnyScheme): unknown {
  const { type, default: fallback } = settingTable[name];
  // Celery's None for "not set".
  if (value === null && fallback === undefined) return undefined;
  const key = `${name} (${origin})`;
  if (!type.accepts(value)) {
    const shown = URLS.has(name) && typeof value === 'string' ? `"${maskUrl(value)}"` : shownValue(value);
    throw new ConfigurationError(key, `must be ${type.expects}, got ${shown === '""' ? 'nothing' : shown}`, {
      value: shown,
      ...(typeof value === 'string' &&
        type.fromText(value) !== undefined &&
        !URLS.has(name) && {
          hint: `Write it as ${givenType(type.fromText(value))}, without quotes.`,
        }),
    });
  }
  return refined(name, value, key, anyScheme);
}

/** What the type alone does not say. */
function refined(name: keyof Settings, value: unknown, key: string, anyScheme: AnyScheme): unknown {
  switch (name) {
    case 'brokerUrl':
    case 'brokerReadUrl':
    case 'brokerWriteUrl':
      return checkUrlSetting(key, value as string | readonly string[], 'broker', anyScheme.broker);
    case 'resultBackend':
      return checkUrlSetting(key, value as string, 'result store', anyScheme.results);
    case 'taskPublishRetryPolicy':
      return readRetryPolicy(key, value as Partial<PublishRetryPolicy>, settingTable.taskPublishRetryPolicy.default);
    case 'taskRoutes':
      checkTaskRoutes(key, value);
      return value;
    default:
      return value;
  }
}

function checkTogether(settings: Settings): void {
  const { taskTimeLimit, taskSoftTimeLimit, controlQueueDurable, controlQueueExclusive } = settings;
  if (controlQueueDurable && controlQueueExclusive) {
    throw new ConfigurationError(
      'controlQueueDurable',
      'does not go together with controlQueueExclusive, whose queues end with a connection',
      { hint: 'Set controlQueueExclusive to false as well.' },
    );
  }
  if (taskTimeLimit !== undefined && taskSoftTimeLimit !== undefined && taskSoftTimeLimit > taskTimeLimit) {
    throw new ConfigurationError(
      'taskSoftTimeLimit',
      `must not be above taskTimeLimit (${taskTimeLimit}), got ${taskSoftTimeLimit}`,
    );
  }
}
