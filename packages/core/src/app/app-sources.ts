import { applicationFolder } from '../plugins/application-folder.ts';
import { readConfigFile } from '../settings/config-file.ts';
import { readEnvironment } from '../settings/environment.ts';
import { resolveSettings } from '../settings/resolve-settings.ts';
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

  /** Code over configuration file over environment over defaults. @throws {ConfigurationError} */
  settle(): Settings {
    const { configFile, environment = process.env } = this.#options;
    const file = configFile === false ? undefined : readConfigFile(this.folder(), configFile);
    return resolveSettings([
      { origin: 'code', values: this.code.values },
      ...(file === undefined ? [] : [file]),
      { origin: 'environment', values: readEnvironment(environment) },
    ]);
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
