import { applicationFolder } from '../plugins/application-folder.ts';
import { loadConfigFile, readConfigFile } from '../settings/config-file.ts';
import { ConfigurationError } from '../settings/configuration-error.ts';
import { configFileOf, ENVIRONMENT_FIRST, type Environment, readEnvironment } from '../settings/environment.ts';
import { resolveSettings, type SettingSource } from '../settings/resolve-settings.ts';
import { settingsOfNamespace } from '../settings/setting-names.ts';
import type { Settings } from '../settings/settings.ts';
import type { DefinitionPlace } from '../task/definition-place.ts';
import type { CeleriacOptions } from './app-options.ts';
import { CodeSettings } from './code-settings.ts';

/** Folders whose task modules are to be loaded. */
export interface Discovery {
  readonly patterns: readonly string[];
  readonly relatedName: string;
}

/** Where an app's settings and tasks come from. Nothing is looked at before it is asked for. */
export class AppSources {
  readonly code: CodeSettings = new CodeSettings();
  /** What stands above all others: the command line. */
  readonly above: CodeSettings = new CodeSettings();
  readonly discoveries: Discovery[] = [];
  readonly #options: Pick<CeleriacOptions, 'applicationFolder' | 'configFile' | 'environment'>;
  readonly #place: DefinitionPlace;
  #folder: string | undefined;

  /** @param place - where the app was made */
  constructor(
    options: Pick<CeleriacOptions, 'applicationFolder' | 'configFile' | 'environment'>,
    place: DefinitionPlace,
  ) {
    this.#options = options;
    this.#place = place;
  }

  /** The application's folder. */
  folder(): string {
    this.#folder ??=
      this.#options.applicationFolder ?? applicationFolder(this.#place.file, process.argv[1], process.cwd());
    return this.#folder;
  }

  /**
   * The command line over the four URLs of the environment, over code, over the configuration file, over the rest of the
   * environment, over the defaults.
   * @throws {ConfigurationError}
   */
  settle(): Settings {
    const { configFile } = this.#options;
    const environment = this.#environment;
    const file =
      configFile === false ? undefined : readConfigFile(this.folder(), configFile ?? configFileOf(environment));
    const all = [...readEnvironment(environment)];
    const first = new Map(all.filter(([name]) => ENVIRONMENT_FIRST.has(name)));
    const rest = new Map(all.filter(([name]) => !ENVIRONMENT_FIRST.has(name)));
    const above: SettingSource[] = [
      { origin: 'command line', values: this.above.values },
      { origin: 'environment', values: first },
    ];
    return resolveSettings([
      ...above,
      { origin: 'code', values: this.code.without(above.map(({ values }) => values)) },
      ...(file === undefined ? [] : [file]),
      { origin: 'environment', values: rest },
    ]);
  }

  /**
   * Adds settings from an object, or from a module that exports one.
   * @throws {ConfigurationError}
   */
  addObject(given: object | string, namespace: string | undefined, origin: string): void {
    const exported = typeof given === 'string' ? loadConfigFile(this.folder(), given)! : { exported: given, origin };
    const settings = namespace === undefined ? exported.exported : settingsOfNamespace(exported.exported, namespace);
    this.code.add(settings, exported.origin);
  }

  hasVariable(variable: string): boolean {
    return Boolean(this.#environment[variable]?.trim());
  }

  /** The module that an environment variable names. @throws {ConfigurationError} when the variable is not set */
  moduleIn(variable: string): string {
    const path = this.#environment[variable]?.trim();
    if (path) return path;
    throw new ConfigurationError(variable, 'is not set (environment)', {
      hint: 'Set it to the path of a module that exports settings.',
    });
  }

  get #environment(): Environment {
    return this.#options.environment ?? process.env;
  }

  /** Imports `imports`, `include` and what is discovered, in this order. @throws {ModuleLoadError} */
  async loadModules({ imports, include }: Settings): Promise<void> {
    const [{ findTaskModules }, { loadModule }] = await Promise.all([
      import('./find-task-modules.ts'),
      import('./load-module.ts'),
    ]);
    const folder = this.folder();
    const discovered = this.discoveries.flatMap(({ patterns, relatedName }) =>
      findTaskModules(patterns, relatedName, folder),
    );
    for (const name of [...imports, ...include, ...discovered]) await loadModule(name, folder);
  }
}
