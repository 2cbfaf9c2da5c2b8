import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, resolve } from 'node:path';
import { isRecord } from '@celeriac/protocol/basics';
import { ConfigurationError } from './configuration-error.ts';
import { readSettingNames } from './setting-names.ts';
import type { Settings } from './settings.ts';

/** Looked for in the application's folder, in this order. */
const FILE_NAMES: readonly string[] = [
  'celeriac.config.ts',
  'celeriac.config.mts',
  'celeriac.config.js',
  'celeriac.config.mjs',
];

/** A configuration file and what it gives. */
export interface ConfigFile {
  /** Its name, for errors. */
  readonly origin: string;
  readonly values: ReadonlyMap<keyof Settings, unknown>;
}

/**
 * Reads `celeriac.config.ts` (or `.mts`, `.js`, `.mjs`) of the application's folder, whose default export is an object of
 * settings. It is read without waiting, so it may import modules but not use `await` at its top.
 * @param path - another file, from that folder; it must exist
 * @returns undefined when there is none
 * @throws {ConfigurationError} for a file that fails to load, exports no object, or has an unknown setting
 */
export function readConfigFile(folder: string, path?: string): ConfigFile | undefined {
  const found = loadConfigFile(folder, path);
  return found && { origin: found.origin, values: readSettingNames(found.exported, found.origin) };
}

/** As {@link readConfigFile}: what the file exports, with nothing looked at. */
export function loadConfigFile(
  folder: string,
  path?: string,
): { readonly origin: string; readonly exported: object } | undefined {
  const file =
    path === undefined
      ? FILE_NAMES.map((name) => join(folder, name)).find((name) => existsSync(name))
      : resolve(folder, path);
  if (file === undefined) return undefined;
  const origin = basename(file);
  const exported = load(file, origin);
  if (!isRecord(exported)) {
    throw new ConfigurationError(origin, 'must export an object of settings', { hint: 'Write: export default { … };' });
  }
  return { origin, exported };
}

function load(file: string, origin: string): unknown {
  try {
    const loaded: unknown = createRequire(file)(file);
    return typeof loaded === 'object' && loaded !== null && 'default' in loaded ? loaded.default : loaded;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_REQUIRE_ASYNC_MODULE') {
      throw new ConfigurationError(origin, 'cannot use await at its top, nor import modules that do', {
        cause,
        hint: 'Wait in your program, and give what came of it to app.configure().',
      });
    }
    const reason = cause instanceof Error ? (cause.message.split('\n', 1)[0] ?? '') : String(cause);
    throw new ConfigurationError(origin, `cannot be loaded: ${reason.replace(/\.$/, '')}`, { cause });
  }
}
