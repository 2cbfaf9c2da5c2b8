import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { BackendPlugin } from '@celeriac/backend';
import { maskUrl, parseUrl } from '@celeriac/protocol';
import type { TransportPlugin } from '@celeriac/transport';
import { ConfigurationError } from '../settings/configuration-error.ts';
import { installCommand } from './install-command.ts';
import {
  BackendNotInstalledError,
  PackageNotInstalledError,
  PluginLoadError,
  TransportNotInstalledError,
} from './plugin-errors.ts';
import { type PluginKind, packageFor, packageInScheme } from './scheme-table.ts';

/**
 * The transport of a broker URL: the plugin or package given apart, else the package that the scheme names.
 * @param given - `brokerTransport`
 * @param folder - the application's: packages are looked up from there, as they are the application's dependencies
 * @throws {TransportNotInstalledError} with the command that installs it
 * @throws {PluginLoadError} for a package that fails to load or exports no `transport`
 */
export function loadTransport(
  url: string,
  given: string | TransportPlugin | undefined,
  folder: string,
): TransportPlugin {
  if (typeof given === 'object') return given;
  const name = given ?? packageOf('broker', url);
  const loaded = requirePackage(name, folder, (cause) => {
    return new TransportNotInstalledError(maskUrl(url), name, installCommand(name, folder), { cause });
  });
  return pluginIn<TransportPlugin>(name, loaded, 'transport');
}

/**
 * The result store of a URL, as {@link loadTransport} finds transports.
 * @param given - `resultBackendPackage`
 * @throws {BackendNotInstalledError} | @throws {PluginLoadError}
 */
export function loadBackend(url: string, given: string | BackendPlugin | undefined, folder: string): BackendPlugin {
  if (typeof given === 'object') return given;
  const name = given ?? packageOf('result store', url);
  const loaded = requirePackage(name, folder, (cause) => {
    return new BackendNotInstalledError(maskUrl(url), name, installCommand(name, folder), { cause });
  });
  return pluginIn<BackendPlugin>(name, loaded, 'backend');
}

/**
 * What a package exports that the application may have installed, such as `prom-client`.
 * @param purpose - what needs it, for the error
 * @throws {PackageNotInstalledError} with the command that installs it
 * @throws {PluginLoadError} for a package that fails to load
 */
export function loadOptionalPackage(name: string, purpose: string, folder: string): unknown {
  return requirePackage(name, folder, (cause) => {
    return new PackageNotInstalledError(name, purpose, installCommand(name, folder), { cause });
  });
}

function packageOf(kind: PluginKind, url: string): string {
  const inScheme = packageInScheme(url);
  if (inScheme !== undefined) return inScheme;
  const { scheme } = parseUrl(url);
  const name = packageFor(kind, scheme);
  if (name !== undefined) return name;
  throw new ConfigurationError(
    kind === 'broker' ? 'brokerUrl' : 'resultBackend',
    `has the unknown scheme "${scheme}"`,
    {
      value: maskUrl(url),
    },
  );
}

/**
 * A package of the application. Loads without waiting, so that a connection can be made wherever it is first needed; ES modules
 * load this way too.
 * @throws {PluginLoadError} for one that fails to load, and what `notInstalled` makes for one that is not there
 */
export function requirePackage(name: string, folder: string, notInstalled: (cause: unknown) => Error): unknown {
  const require = createRequire(join(folder, 'package.json'));
  let file: string;
  try {
    file = require.resolve(name);
  } catch (error) {
    if (codeOf(error) === 'MODULE_NOT_FOUND') throw notInstalled(error);
    throw new PluginLoadError(name, textOf(error), { cause: error });
  }
  try {
    return require(file);
  } catch (error) {
    throw new PluginLoadError(name, textOf(error), { cause: error });
  }
}

function pluginIn<Plugin>(name: string, loaded: unknown, exportName: 'transport' | 'backend'): Plugin {
  const plugin = (loaded as Record<string, unknown>)[exportName];
  if (typeof plugin === 'object' && plugin !== null && 'create' in plugin) return plugin as Plugin;
  throw new PluginLoadError(name, `it exports no "${exportName}" with create()`);
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
}
