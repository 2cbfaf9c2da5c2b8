import { closest, isCeleriacError, maskUrl, parseUrl, splitUrls } from '@celeriac/protocol/basics';
import { ConfigurationError } from '../settings/configuration-error.ts';
import { knownSchemes, type PluginKind, packageFor, packageInScheme } from './scheme-table.ts';

/** Celery's words for "no results". */
const NO_RESULTS: ReadonlySet<string> = new Set(['disabled', 'disabled://']);

/**
 * Refuses URLs that cannot be read or whose scheme nobody serves.
 * @param anyScheme - the package is given apart from the URL, so the scheme decides nothing
 * @returns the setting without blanks around it: one URL as text, several as a list; undefined for a disabled result store
 * @throws {ConfigurationError} with the URL masked, and a suggestion for a mistyped scheme
 */
export function checkUrlSetting(
  key: string,
  value: string | readonly string[],
  kind: PluginKind,
  anyScheme: boolean,
): string | readonly string[] | undefined {
  if (kind === 'result store' && typeof value === 'string' && NO_RESULTS.has(value.trim())) return undefined;
  const urls = kind === 'broker' ? urlList(key, value) : [(value as string).trim()];
  for (const url of urls) checkUrl(key, url, kind, anyScheme);
  return urls.length === 1 ? urls[0] : Object.freeze(urls);
}

function urlList(key: string, value: string | readonly string[]): string[] {
  try {
    return splitUrls(value, key);
  } catch (cause) {
    throw new ConfigurationError(key, 'has no URL in it', { cause, hint: 'Write it as scheme://host:port/path.' });
  }
}

function checkUrl(key: string, url: string, kind: PluginKind, anyScheme: boolean): void {
  if (packageInScheme(url) !== undefined) return;
  const shown = maskUrl(url);
  const scheme = schemeOf(key, url, shown);
  if (anyScheme || packageFor(kind, scheme) !== undefined) return;
  const near = closest(scheme, knownSchemes(kind));
  throw new ConfigurationError(key, `has a URL with the unknown scheme "${scheme}": ${shown}`, {
    value: shown,
    hint:
      near === undefined
        ? `Known schemes: ${knownSchemes(kind).join(', ')}. Others: @scope/package+name://.`
        : `Did you mean ${near}://?`,
  });
}

function schemeOf(key: string, url: string, shown: string): string {
  try {
    return parseUrl(url, key).scheme;
  } catch (error) {
    if (!isCeleriacError(error)) throw error;
    throw new ConfigurationError(key, `is no usable URL ("${shown}"): ${reasonOf(error.message)}`, {
      value: shown,
      cause: error,
      ...(error.hint !== undefined && { hint: error.hint }),
    });
  }
}

/** The last part of an error's message: what is wrong, without the URL that we show ourselves. */
function reasonOf(message: string): string {
  return message.slice(message.lastIndexOf('): ') + 1).replace(/^: |\.$/g, '');
}
