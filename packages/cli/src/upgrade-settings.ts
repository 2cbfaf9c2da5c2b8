import { absentSetting, settingTable } from '@celeriac/core/internal';

/** How the settings of a file are to be called. */
export type NameStyle = 'camelCase' | 'celery';

/** What became of a file. */
export interface UpgradedSettings {
  readonly text: string;
  readonly renamed: readonly { readonly line: number; readonly from: string; readonly to: string }[];
  /** Settings of Celery's that Celeriac does not have. */
  readonly absent: readonly { readonly line: number; readonly name: string; readonly because: string }[];
}

/** A name where a key or a variable stands: first on its line or in its object, before a colon or an equals sign. */
const KEYS = /(?<=(?:^|[{,(;]|\b(?:const|let|var))\s*)(["'`]?)([A-Za-z][A-Za-z0-9_]+)\1(?=\s*(?::(?!:)|=(?![=>])))/gm;

/**
 * A file of settings with other names: the old upper-case ones of Celery 3 and the lower-case ones become Celeriac's, or the
 * old ones become Celery's lower-case ones. Nothing but names is changed; comments and values stay.
 * @see celery/bin/upgrade.py
 */
export function upgradeSettings(text: string, style: NameStyle): UpgradedSettings {
  const names = namesOf(style);
  const lineAt = lineFinder(text);
  const renamed: UpgradedSettings['renamed'][number][] = [];
  const absent: UpgradedSettings['absent'][number][] = [];
  const upgraded = text.replace(KEYS, (whole, quote: string, name: string, offset: number) => {
    const to = names.get(name);
    const line = lineAt(offset);
    if (to === undefined) {
      const missing = absentSetting(name);
      if (missing !== undefined) absent.push({ line, name, because: missing.because });
      return whole;
    }
    if (to === name) return whole;
    renamed.push({ line, from: name, to });
    return `${quote}${to}${quote}`;
  });
  return { text: upgraded, renamed, absent };
}

function namesOf(style: NameStyle): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [name, { celery, old }] of Object.entries(settingTable)) {
    const to = style === 'camelCase' ? name : celery;
    if (to === undefined) continue;
    if (old !== undefined) names.set(old, to);
    if (celery !== undefined) names.set(celery, to);
  }
  return names;
}

function lineFinder(text: string): (offset: number) => number {
  let [at, line] = [0, 1];
  return (offset) => {
    for (; at < offset; at++) if (text[at] === '\n') line++;
    return line;
  };
}
