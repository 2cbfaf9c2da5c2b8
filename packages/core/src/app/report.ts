import { maskUrl } from '@celeriac/protocol/basics';
import { settingTable } from '../settings/setting-table.ts';
import type { Settings } from '../settings/settings.ts';

/** Values under such names are never shown. @see celery/app/utils.py HIDDEN_SETTINGS */
const HIDDEN = /api|token|key|secret|pass|signature|credential|database/i;
const URLS = /url|backend$/i;
const HIDDEN_VALUE = '********';

/** What a bug report needs to know. */
export interface ReportFacts {
  readonly app: string;
  /** Of @celeriac/core. */
  readonly version: string;
  readonly node: string;
  readonly platform: string;
  readonly settings: Settings;
  readonly tasks: readonly string[];
}

/** A text for bug reports: versions, settings that are not the default with secrets masked, names of tasks. */
export function reportText({ app, version, node, platform, settings, tasks }: ReportFacts): string {
  const lines = [`celeriac ${version}, node ${node}, ${platform}`, `app: ${app}`, 'settings:'];
  const changed = changedSettings(settings);
  for (const [name, value] of changed) lines.push(`  ${name}: ${settingText(value)}`);
  if (changed.length === 0) lines.push('  all as by default');
  lines.push('tasks:', ...tasks.map((name) => `  ${name}`));
  if (tasks.length === 0) lines.push('  none');
  return `${lines.join('\n')}\n`;
}

/** The settings that differ from the defaults, secrets masked, values fit for JSON. */
export function changedSettings(settings: Settings): readonly (readonly [name: keyof Settings, value: unknown])[] {
  const names = Object.keys(settingTable) as (keyof Settings)[];
  return names.filter((name) => isChanged(settings, name)).map((name) => [name, maskedSetting(name, settings[name])]);
}

/** A value of {@link changedSettings} for people. */
export function settingText(value: unknown): string {
  return value === HIDDEN_VALUE ? value : (JSON.stringify(value) ?? String(value));
}

/** Whether a setting differs from its default. */
export function isChanged(settings: Settings, name: keyof Settings): boolean {
  const value = settings[name];
  return typeof value === 'function' || JSON.stringify(value) !== JSON.stringify(settingTable[name].default);
}

/** A setting's value as it may be shown to anybody. */
export function maskedSetting(name: string, value: unknown): unknown {
  return HIDDEN.test(name) && !URLS.test(name) ? HIDDEN_VALUE : masked(name, value);
}

/**
 * Settings as other programs may see them: Celery's names where it has them, secrets masked, values fit for JSON.
 * @param withDefaults - all of them; else those that differ from the defaults
 * @see celery/app/utils.py Settings.table
 */
export function settingsView(settings: Settings, withDefaults: boolean): { readonly [name: string]: unknown } {
  const view = Object.create(null) as { [name: string]: unknown };
  for (const name of Object.keys(settingTable) as (keyof Settings)[]) {
    if (!withDefaults && !isChanged(settings, name)) continue;
    const celery = settingTable[name].celery ?? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    view[celery] = maskedSetting(name, settings[name]) ?? null;
  }
  return view;
}

function masked(name: string, value: unknown): unknown {
  if (typeof value === 'string') return URLS.test(name) || value.includes('://') ? maskUrl(value) : value;
  if (Array.isArray(value)) return value.map((item) => masked(name, item));
  if (value instanceof RegExp) return String(value);
  if (typeof value === 'function') return '(a function)';
  if (typeof value !== 'object' || value === null) return value;
  if ('create' in value && 'schemes' in value) return '(a plugin)';
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, HIDDEN.test(key) ? HIDDEN_VALUE : masked(key, item)]),
  );
}
