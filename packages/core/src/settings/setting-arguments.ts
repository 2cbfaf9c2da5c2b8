import { closest, escapeForLog } from '@celeriac/protocol/basics';
import { ConfigurationError } from './configuration-error.ts';
import { fromText } from './environment.ts';
import { settingOf } from './setting-names.ts';
import { settingTable } from './setting-table.ts';
import type { Settings } from './settings.ts';

/**
 * Settings from arguments of a command line: `task_acks_late=true`, `taskAcksLate=true`, `broker.pool_limit=1`. A name
 * that is none by itself is looked up in the command's own namespace: `prefetch_multiplier=1` of `worker`.
 * @param namespace - `worker`, `beat`, `event`
 * @throws {ConfigurationError} for an argument that is no such pair, an unknown name, a value that cannot be
 * @see celery/loaders/base.py cmdline_config_parser
 */
export function readSettingArguments(args: readonly string[], namespace: string): { readonly [name: string]: unknown } {
  const found = new Map<keyof Settings, unknown>();
  for (const argument of args) {
    const [, given = '', text = ''] = /^([A-Za-z][\w.]*)=(.*)$/s.exec(argument) ?? [];
    if (given === '') {
      throw new ConfigurationError(`"${escapeForLog(argument, 60)}"`, 'is no setting (command line)', {
        hint: 'Write name=value, for instance task_acks_late=true.',
      });
    }
    const key = given.replaceAll('.', '_');
    const name = settingOf(key) ?? settingOf(`${namespace}_${key}`);
    if (name === undefined) throw unknown(given);
    // Empty text is how Celery's None is written; the setting is as by default then.
    found.set(name, text === '' ? settingTable[name].default : fromText(`${given} (command line)`, name, text));
  }
  return Object.fromEntries(found);
}

function unknown(given: string): ConfigurationError {
  const near = closest(
    given.replaceAll('.', '_'),
    Object.values(settingTable).flatMap(({ celery }) => celery ?? []),
  );
  return new ConfigurationError(escapeForLog(given, 60), 'is no setting (command line)', {
    ...(near !== undefined && { hint: `Did you mean ${near}?` }),
  });
}
