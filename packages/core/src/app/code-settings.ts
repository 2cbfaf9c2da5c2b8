import { readSettingNames } from '../settings/setting-names.ts';
import type { Settings } from '../settings/settings.ts';
import type { CeleriacOptions } from './app-options.ts';

const EXTRAS = [
  'clock',
  'logger',
  'serializers',
  'compressions',
  'applicationFolder',
  'configFile',
  'environment',
  'setAsCurrent',
  'taskClass',
  'strictTyping',
] as const;

/** Options that are no settings. */
type Extras = Pick<CeleriacOptions, (typeof EXTRAS)[number]>;

/** Splits the options of an app into settings and the rest. */
export function splitOptions(options: CeleriacOptions): { readonly settings: object; readonly extras: Extras } {
  const isExtra = ([name, value]: readonly [string, unknown]): boolean =>
    value !== undefined && (EXTRAS as readonly string[]).includes(name);
  const entries = Object.entries(options);
  return {
    settings: Object.fromEntries(entries.filter(([name]) => !(EXTRAS as readonly string[]).includes(name))),
    extras: Object.fromEntries(entries.filter(isExtra)) as Extras,
  };
}

/** The settings given in code so far; later ones win. */
export class CodeSettings {
  readonly #values: Map<keyof Settings, unknown> = new Map();

  get values(): ReadonlyMap<keyof Settings, unknown> {
    return this.#values;
  }

  /**
   * The same, less the plugins that do not serve the URLs of sources above.
   * @param above - the first one that has a URL counts
   */
  without(above: readonly ReadonlyMap<keyof Settings, unknown>[]): ReadonlyMap<keyof Settings, unknown> {
    const left = new Map(this.#values);
    for (const [urls, plugin] of TARGETS) {
      const given = urls.map((url) => above.find((values) => values.has(url))?.get(url));
      const isServed = given.every((url) => url === undefined || url === null || isServedBy(url, left.get(plugin)));
      if (!isServed && typeof left.get(plugin) === 'object') left.delete(plugin);
    }
    return left;
  }

  /** @throws {ConfigurationError} for an unknown name, or names of two styles */
  add(given: object, origin: string): void {
    const settings = [...readSettingNames(given, origin)].filter(([, value]) => value !== undefined);
    // URLs first: a URL drops an earlier plugin, but not the one that is given beside it.
    for (const [name, value] of settings) {
      if (name === 'brokerUrl') this.#target('brokerUrl', 'brokerTransport', value);
      else if (name === 'resultBackend') this.#target('resultBackend', 'resultBackendPackage', value);
    }
    for (const [name, value] of settings) {
      if (name !== 'brokerUrl' && name !== 'resultBackend') this.#values.set(name, value);
    }
  }

  /** A plugin in place of a URL is the URL of its first scheme, served by the plugin; a URL takes its place again. */
  #target(
    url: 'brokerUrl' | 'resultBackend',
    plugin: 'brokerTransport' | 'resultBackendPackage',
    value: unknown,
  ): void {
    if (isPlugin(value)) {
      this.#values.set(url, `${value.schemes[0] ?? 'plugin'}://`);
      this.#values.set(plugin, value);
      return;
    }
    this.#values.set(url, value);
    if (typeof this.#values.get(plugin) === 'object') this.#values.delete(plugin);
  }
}

const TARGETS = [
  [['brokerUrl', 'brokerReadUrl', 'brokerWriteUrl'], 'brokerTransport'],
  [['resultBackend'], 'resultBackendPackage'],
] as const;

function isServedBy(url: unknown, plugin: unknown): boolean {
  const scheme = /^[^:]*/.exec(String([url].flat()[0]))?.[0]?.toLowerCase() ?? '';
  return isPlugin(plugin) && plugin.schemes.includes(scheme);
}

function isPlugin(value: unknown): value is { readonly schemes: readonly string[] } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'create' in value &&
    'schemes' in value &&
    Array.isArray(value.schemes)
  );
}
