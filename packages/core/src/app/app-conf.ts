import { settingTable } from '../settings/setting-table.ts';
import type { Settings } from '../settings/settings.ts';
import { isChanged, maskedSetting } from './report.ts';

/** What {@link AppConf.table} shows. */
export interface ConfTableOptions {
  /** Also the settings that are as by default. Default false. */
  readonly withDefaults?: boolean;
  /** Whether passwords, keys and the like are masked. Default true. */
  readonly censored?: boolean;
}

/**
 * The settings of an app, to be shown.
 * @see celery/app/utils.py Settings.table, humanize
 */
export class AppConf {
  readonly #settings: () => Settings;

  constructor(settings: () => Settings) {
    this.#settings = settings;
  }

  /** Settings by name, secrets masked. @throws {ConfigurationError} for a bad value */
  table({ withDefaults = false, censored = true }: ConfTableOptions = {}): { readonly [name: string]: unknown } {
    const settings = this.#settings();
    const names = (Object.keys(settingTable) as (keyof Settings)[]).filter(
      (name) => withDefaults || isChanged(settings, name),
    );
    return Object.fromEntries(
      names.map((name) => [name, censored ? maskedSetting(name, settings[name]) : settings[name]]),
    );
  }

  /** The same as text, one line for each. @throws {ConfigurationError} for a bad value */
  humanize(options: ConfTableOptions = {}): string {
    return Object.entries(this.table(options))
      .map(([name, value]) => `${name}: ${JSON.stringify(value) ?? 'not set'}`)
      .join('\n');
  }
}
