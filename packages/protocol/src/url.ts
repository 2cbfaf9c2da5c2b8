import { InvalidUrlError } from './protocol-errors.ts';

/** A broker or result store URL in parts, percent-decoded. */
export interface ParsedUrl {
  /** As written, in lower case: `redis`, `sqla+postgresql`. */
  readonly scheme: string;
  /** The part of the scheme before `+`: `sqla`. */
  readonly transportScheme: string;
  /** The part of the scheme after `+`, empty when there is none: `postgresql`. */
  readonly driver: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Without the brackets of an IPv6 address; undefined when absent. */
  readonly host: string | undefined;
  readonly port: number | undefined;
  /** With its leading slash; empty when absent. */
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
}

const secretName = /pass|secret|token|key|auth|credential|signature|pwd/i;
const mask = '**';

/**
 * A URL fit for logs: the password and the values of query parameters that look secret become `**`. Takes any text,
 * lists of URLs and texts that are no URL included, and never throws; where in doubt it hides more.
 */
export function maskUrl(text: string): string {
  // A semicolon may also be a part of a password: only one before a scheme separates URLs.
  return text
    .split(/;(?=\s*[a-z][a-z0-9+.-]*:\/\/)/i)
    .map(maskOne)
    .join(';');
}

function maskOne(text: string): string {
  const schemeEnd = text.indexOf('://');
  const start = schemeEnd === -1 ? 0 : schemeEnd + 3;
  // A password may hold any character, so the last @ ends the credentials.
  const at = text.lastIndexOf('@');
  if (at < start) return text.slice(0, start) + maskQuery(text.slice(start));
  const credentials = text.slice(start, at);
  const colon = credentials.indexOf(':');
  // Without a colon it may be a user, or a bare token.
  const shown = colon === -1 ? (schemeEnd === -1 ? mask : credentials) : `${credentials.slice(0, colon)}:${mask}`;
  return `${text.slice(0, start)}${shown}@${maskQuery(text.slice(at + 1))}`;
}

function maskQuery(text: string): string {
  return text.replace(/([?&#]|^)([^=&?#]*)=([^&#]*)/g, (whole: string, before: string, name: string) =>
    secretName.test(name) ? `${before}${name}=${mask}` : whole,
  );
}

/**
 * The URLs of a fail-over list, `a;b` or a list, trimmed; empty ones are dropped.
 * @throws {InvalidUrlError} when none is left
 */
export function splitUrls(urls: string | readonly string[], key = 'url'): string[] {
  const parts = (typeof urls === 'string' ? [urls] : urls).flatMap((text) => text.split(';'));
  const found = parts.map((part) => part.trim()).filter((part) => part !== '');
  if (found.length === 0) throw new InvalidUrlError(key, '', 'it is empty');
  return found;
}

const urlPattern = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is;

/**
 * Reads a URL. Reserved characters in user and password may be percent-encoded or, apart from `/`, `?` and `#`, written
 * as they are.
 * @param key - the setting the URL comes from, for errors
 * @throws {InvalidUrlError} with the URL masked: empty, no scheme, a port outside 1..65535, bad percent-encoding
 */
export function parseUrl(text: string, key = 'url'): ParsedUrl {
  const trimmed = text.trim();
  const fail = (problem: string, hint?: string): InvalidUrlError =>
    new InvalidUrlError(key, maskUrl(trimmed), problem, hint === undefined ? undefined : { hint });
  if (trimmed === '') throw fail('it is empty');
  const match = urlPattern.exec(trimmed);
  if (match === null) throw fail('it has no scheme', 'Write it as scheme://host:port/path.');
  const scheme = match[1]!.toLowerCase();
  const { authority, path, query } = splitParts(match[2]!);
  const plus = scheme.indexOf('+');
  try {
    return {
      scheme,
      transportScheme: plus === -1 ? scheme : scheme.slice(0, plus),
      driver: plus === -1 ? '' : scheme.slice(plus + 1),
      ...parseAuthority(authority, fail),
      path: decodeURIComponent(path),
      query: parseQuery(query),
    };
  } catch (cause) {
    if (cause instanceof URIError) throw fail('its percent-encoding is broken');
    throw cause;
  }
}

function splitParts(rest: string): { authority: string; path: string; query: string } {
  const withoutFragment = cut(rest, '#')[0];
  const [beforeQuery, query] = cut(withoutFragment, '?');
  const slash = beforeQuery.indexOf('/');
  if (slash === -1) return { authority: beforeQuery, path: '', query };
  return { authority: beforeQuery.slice(0, slash), path: beforeQuery.slice(slash), query };
}

type Authority = Pick<ParsedUrl, 'username' | 'password' | 'host' | 'port'>;

function parseAuthority(authority: string, fail: (problem: string, hint?: string) => InvalidUrlError): Authority {
  const at = authority.lastIndexOf('@');
  const credentials = at === -1 ? undefined : authority.slice(0, at);
  const [user, password] = credentials === undefined ? [undefined, undefined] : cutOptional(credentials, ':');
  const [, bracketed, plain, portText] =
    /^(?:\[([0-9a-f:.%]+)\]|([^:[\]]*))(?::(.*))?$/is.exec(authority.slice(at + 1)) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) {
    throw fail('its host or port is malformed', 'Percent-encode / ? # and @ in user names and passwords.');
  }
  return {
    username: user === undefined || user === '' ? undefined : decodeURIComponent(user),
    password: password === undefined ? undefined : decodeURIComponent(password),
    host: host === '' ? undefined : decodeURIComponent(host),
    port: portText === undefined || portText === '' ? undefined : parsePort(portText, fail),
  };
}

function parsePort(text: string, fail: (problem: string, hint?: string) => InvalidUrlError): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  // The text is not shown: with an unescaped slash in a password it is a part of it.
  if (port < 1 || port > 65_535) {
    throw fail('its port is not a number from 1 to 65535', 'Percent-encode / ? # and @ in user names and passwords.');
  }
  return port;
}

function parseQuery(query: string): ReadonlyMap<string, string> {
  return new Map(new URLSearchParams(query));
}

function cut(text: string, separator: string): [string, string] {
  const [before, after] = cutOptional(text, separator);
  return [before, after ?? ''];
}

function cutOptional(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
