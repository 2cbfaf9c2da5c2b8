import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../cli-error.ts';
import type { CommandCode } from '../definitions/define.ts';
import { upgradeSettings } from '../upgrade-settings.ts';

/** `celeriac upgrade settings FILE`. */
export const upgradeCommand: CommandCode = async ({ globals, output }, [, name = ''], options) => {
  const file = resolve(globals.workdir, name);
  const before = read(file, name);
  const { text, renamed, absent } = upgradeSettings(before, options['celeryNames'] === true ? 'celery' : 'camelCase');
  const backup = options['backup'] === false || text === before ? undefined : `${file}.orig`;
  if (backup !== undefined) copyFileSync(file, backup);
  if (text !== before) writeFileSync(file, text);
  output.data({ file, backup: backup ?? null, renamed, absent }, () =>
    [
      ...renamed.map(({ line, from, to }) => `${name}:${line}  ${from} -> ${to}`),
      ...absent.map(({ line, name: one, because }) => `${name}:${line}  ${one} is not supported, because ${because}`),
      renamed.length === 0 ? 'Nothing to rename.' : `${renamed.length} renamed.`,
      ...(backup === undefined ? [] : [`The file as it was: ${backup}`]),
    ].join('\n'),
  );
  return 0;
};

function read(file: string, name: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UsageError('file', `${name} cannot be read.`, { cause });
  }
}
