import type { AppState } from '../runtime/app-state.ts';
import { setCurrentApp, setDefaultApp } from '../runtime/current-app-slot.ts';
import { ConfigurationError } from '../settings/configuration-error.ts';
import type { Settings } from '../settings/settings.ts';
import { AppConf } from './app-conf.ts';
import type { SettingsInput } from './app-options.ts';
import type { AppSources } from './app-sources.ts';

/** How {@link ConfigurableApp.configFromObject} reads an object. */
export interface ConfigOptions {
  /** Only names that begin with this and `_` are settings. */
  readonly namespace?: string;
}

/** What {@link ConfigurableApp.setupSecurity} is given: paths from the application's folder. */
export interface SecurityParts {
  /** File of the private key, PEM. */
  readonly key?: string;
  readonly keyPassword?: string;
  /** File of its certificate, PEM. */
  readonly certificate?: string;
  /** Folder or pattern of files with the certificates of those whose messages are read. */
  readonly certStore?: string;
  /** Default `sha256`. */
  readonly digest?: string;
}

/** The part of an app that has settings. */
export abstract class ConfigurableApp {
  /** For workers and the like; see `runtimeOf`. */
  abstract readonly '~state': AppState;
  /** Where settings and tasks come from. */
  abstract readonly '~sources': AppSources;

  /** All settings, complete and frozen. The first look settles them. @throws {ConfigurationError} for a bad value */
  get settings(): Settings {
    return this['~state'].settings;
  }

  /** The settings as a table or a text, secrets masked. */
  get conf(): AppConf {
    return new AppConf(() => this.settings);
  }

  /**
   * Changes settings, until the app connects.
   * @throws {ConfigurationError} for an unknown name, with a suggestion, or when the app is connected
   */
  configure(settings: SettingsInput): this {
    return this.#configure((sources) => sources.code.add(settings, 'app.configure()'));
  }

  /**
   * As {@link configure}, for an object with Celery's own names, lower case (`task_acks_late`) or old upper case, or for
   * the path of a module that exports one, from the application's folder.
   * @param options - with `namespace: 'CELERY'` only names that begin with `CELERY_` count, without it
   * @throws {ConfigurationError} also for a module that cannot be loaded
   * @see celery/app/base.py config_from_object
   */
  configFromObject(settings: { readonly [name: string]: unknown } | string, options: ConfigOptions = {}): this {
    return this.#configure((sources) => sources.addObject(settings, options.namespace, 'app.configFromObject()'));
  }

  /**
   * As {@link configFromObject}, for the module that an environment variable names.
   * @throws {ConfigurationError} when it is not set, unless `silent`
   * @see celery/app/base.py config_from_envvar
   */
  configFromEnvvar(variable: string, options: ConfigOptions & { readonly silent?: boolean } = {}): this {
    return this.#configure((sources) => {
      if (options.silent === true && !sources.hasVariable(variable)) return;
      sources.addObject(sources.moduleIn(variable), options.namespace, variable);
    });
  }

  /** From now on `currentApp()` gives this app. @see celery/app/base.py set_current */
  setCurrent(): this {
    setCurrentApp(this);
    return this;
  }

  /** `currentApp()` gives this app where no other is the current one. @see celery/app/base.py set_default */
  setDefault(): this {
    setDefaultApp(this);
    return this;
  }

  #configure(add: (sources: AppSources) => void): this {
    this['~state'].change(() => add(this['~sources']));
    return this;
  }

  /**
   * Signs all messages of tasks, and reads only signed ones.
   * @param parts - where they are not in the settings `security…` already
   * @throws {ConfigurationError} unless `taskSerializer` is `auth` and `acceptContent` is `['auth']`: what is not signed
   *   must not be read beside it
   * @see celery/app/base.py setup_security
   */
  setupSecurity(parts: SecurityParts = {}): this {
    const { key, keyPassword, certificate, certStore, digest } = parts;
    this.configure({
      ...(key !== undefined && { securityKey: key }),
      ...(keyPassword !== undefined && { securityKeyPassword: keyPassword }),
      ...(certificate !== undefined && { securityCertificate: certificate }),
      ...(certStore !== undefined && { securityCertStore: certStore }),
      ...(digest !== undefined && { securityDigest: digest }),
    });
    const { taskSerializer, acceptContent, securityKey, securityCertificate, securityCertStore } = this.settings;
    if (taskSerializer !== 'auth' || acceptContent.length !== 1 || acceptContent[0] !== 'auth') {
      throw new ConfigurationError('setupSecurity()', 'needs taskSerializer "auth" and acceptContent ["auth"]');
    }
    if (!securityKey || !securityCertificate || !securityCertStore) {
      throw new ConfigurationError('setupSecurity()', 'needs a key, a certificate and a store of certificates', {
        hint: 'Set securityKey, securityCertificate and securityCertStore.',
      });
    }
    return this;
  }
}
