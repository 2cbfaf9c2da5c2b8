import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { InvalidUrlError, maskUrl, type ParsedUrl, parseUrl, splitUrls } from '@celeriac/protocol';
import { camelOptions } from './option-names.ts';

/** How to reach a server; survives structured cloning. */
export interface RedisPlan {
  /** Masked. */
  readonly url: string;
  readonly kind: 'server' | 'socket' | 'sentinel' | 'cluster';
  /** Servers, Sentinels or cluster nodes to begin with; empty for a socket. */
  readonly nodes: readonly RedisNode[];
  /** Of a Unix socket; empty otherwise. */
  readonly path: string;
  readonly db: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: RedisTls | undefined;
  /** What the master is called by its Sentinels. */
  readonly masterName: string | undefined;
  readonly sentinelUsername: string | undefined;
  readonly sentinelPassword: string | undefined;
  readonly clientName: string | undefined;
  readonly connectTimeoutMs: number;
  /** An answer that takes longer counts as a lost connection. */
  readonly answerTimeoutMs: number;
  /** Pause between two looks whether a silent connection still works. */
  readonly healthCheckMs: number;
}

/** One address. */
export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** What TLS is told; files are read when connecting. */
export interface RedisTls {
  readonly verify: boolean;
  readonly checkHostname: boolean;
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
}

/** Names of the options that {@link redisPlan} reads, in camel case. They may also stand in the query of the URL. */
export const CONNECTION_OPTIONS: readonly string[] = Object.freeze([
  'masterName',
  'sentinelKwargs',
  'clientName',
  'socketTimeout',
  'socketConnectTimeout',
  'healthCheckInterval',
  'ssl',
  'sslCertReqs',
  'sslCaCerts',
  'sslCertfile',
  'sslKeyfile',
  'sslCheckHostname',
  'username',
  'password',
  'virtualHost',
  // Of redis-py, without a meaning here: one connection, kept alive, retried by its guard.
  'socketKeepalive',
  'socketKeepaliveOptions',
  'retryOnTimeout',
  'maxConnections',
  'reauthCheckInterval',
  'minOtherSentinels',
]);

const DEFAULT_PORT = 6379;
const DEFAULT_SENTINEL_PORT = 26_379;
const DEFAULT_CONNECT_SECONDS = 4;
const DEFAULT_ANSWER_SECONDS = 20;
const DEFAULT_HEALTH_CHECK_SECONDS = 10;

/**
 * Reads the URL of a server: `redis://`, `rediss://` (TLS), `redis+socket:///path`, `sentinel://host;sentinel://host`,
 * `redis+cluster://`. Options stand in its query or beside it; the query counts first.
 * @param key - the setting the URL comes from, for errors
 * @throws {InvalidUrlError} with the URL masked
 */
export function redisPlan(url: string, options: { readonly [name: string]: unknown } = {}, key = 'url'): RedisPlan {
  const urls = splitUrls(url, key).map((one) => parseUrl(one, key));
  const first = urls[0]!;
  const fail = (problem: string, hint?: string): InvalidUrlError =>
    new InvalidUrlError(key, maskUrl(url), problem, hint === undefined ? undefined : { hint });
  const given = new Map([...camelOptions(options), ...camelOptions(Object.fromEntries(first.query))]);
  const kind = kindOf(first);
  const sentinel = recordOf(given.get('sentinelKwargs'));
  const masterName = textOf(given.get('masterName'));
  if (kind === 'sentinel' && masterName === undefined) {
    throw fail('it names Sentinels, but not their master', 'Set the transport option master_name.');
  }
  const ssl = given.get('ssl');
  const isTls = first.transportScheme === 'rediss' || String(ssl) === 'true' || typeof ssl === 'object';
  return {
    url: maskUrl(url),
    kind,
    nodes: kind === 'socket' ? [] : urls.map((one) => nodeOf(one, kind)),
    path: kind === 'socket' ? first.path : '',
    db: databaseOf(kind, first, given, fail),
    username: first.username ?? textOf(given.get('username')),
    password: first.password ?? textOf(given.get('password')),
    tls: isTls ? tlsOf(new Map([...sslNames(ssl, fail), ...given]), fail) : undefined,
    masterName,
    sentinelUsername: textOf(sentinel.get('username')),
    sentinelPassword: textOf(sentinel.get('password')),
    clientName: textOf(given.get('clientName')),
    connectTimeoutMs: msOf(given, 'socketConnectTimeout', DEFAULT_CONNECT_SECONDS, fail),
    answerTimeoutMs: msOf(given, 'socketTimeout', DEFAULT_ANSWER_SECONDS, fail),
    healthCheckMs: msOf(given, 'healthCheckInterval', DEFAULT_HEALTH_CHECK_SECONDS, fail),
  };
}

/** What node:tls needs, the files read. */
export function tlsOptions(tls: RedisTls): ConnectionOptions {
  const options: ConnectionOptions = { rejectUnauthorized: tls.verify };
  if (tls.caFile !== undefined) options.ca = readFileSync(tls.caFile);
  if (tls.certFile !== undefined) options.cert = readFileSync(tls.certFile);
  if (tls.keyFile !== undefined) options.key = readFileSync(tls.keyFile);
  if (!tls.checkHostname) options.checkServerIdentity = () => undefined;
  return options;
}

type Fail = (problem: string, hint?: string) => InvalidUrlError;

function kindOf({ transportScheme, driver }: ParsedUrl): RedisPlan['kind'] {
  if (transportScheme === 'sentinel') return 'sentinel';
  if (driver === 'socket' || transportScheme === 'socket') return 'socket';
  return driver === 'cluster' ? 'cluster' : 'server';
}

function nodeOf({ host, port }: ParsedUrl, kind: RedisPlan['kind']): RedisNode {
  return { host: host ?? '127.0.0.1', port: port ?? (kind === 'sentinel' ? DEFAULT_SENTINEL_PORT : DEFAULT_PORT) };
}

function databaseOf(
  kind: RedisPlan['kind'],
  { path }: ParsedUrl,
  given: ReadonlyMap<string, unknown>,
  fail: Fail,
): number {
  const virtualHost = given.get('virtualHost');
  const text = virtualHost === undefined ? (kind === 'socket' ? '' : path.replace(/^\/+/, '')) : String(virtualHost);
  if (text === '') return 0;
  if (!/^\d{1,6}$/.test(text)) throw fail('its path is not the number of a database', 'Write redis://host:port/0.');
  if (kind === 'cluster' && Number(text) !== 0) throw fail('a cluster has no other database than 0');
  return Number(text);
}

/** What Celery's `broker_use_ssl` and `redis_backend_use_ssl` may say, by redis-py's names or by those of Python's `ssl`. */
const SSL_NAMES: ReadonlyMap<string, string> = new Map(
  ['CertReqs', 'CaCerts', 'Certfile', 'Keyfile', 'CheckHostname'].flatMap((name) => [
    [`ssl${name}`, `ssl${name}`] as const,
    [name.charAt(0).toLowerCase() + name.slice(1), `ssl${name}`] as const,
  ]),
);
/** Python's constants. */
const CERT_REQS = ['none', 'optional', 'required'];

function sslNames(ssl: unknown, fail: Fail): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  if (typeof ssl !== 'object' || ssl === null) return found;
  for (const [name, value] of camelOptions({ ...ssl })) {
    const known = SSL_NAMES.get(name);
    if (known === undefined)
      throw fail(`its option ssl has no "${name}"`, 'It has ca_certs, certfile, keyfile, cert_reqs.');
    found.set(known, known === 'sslCertReqs' && typeof value === 'number' ? CERT_REQS[value] : value);
  }
  return found;
}

function tlsOf(given: ReadonlyMap<string, unknown>, fail: Fail): RedisTls {
  const level = String(given.get('sslCertReqs') ?? 'required')
    .toLowerCase()
    .replace(/^cert_/, '');
  if (!['required', 'optional', 'none'].includes(level)) {
    throw fail('its ssl_cert_reqs is unknown', 'Write required, optional or none.');
  }
  const check = given.get('sslCheckHostname');
  return {
    verify: level !== 'none',
    checkHostname: level !== 'none' && check !== false && check !== 'false' && check !== 'False',
    caFile: textOf(given.get('sslCaCerts')),
    certFile: textOf(given.get('sslCertfile')),
    keyFile: textOf(given.get('sslKeyfile')),
  };
}

function msOf(given: ReadonlyMap<string, unknown>, name: string, defaultSeconds: number, fail: Fail): number {
  const value = given.get(name) ?? defaultSeconds;
  const seconds = Number(value);
  if (!(seconds >= 0.05 && seconds <= 86_400)) throw fail(`its option ${name} is not a number of seconds`);
  return seconds * 1000;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function recordOf(value: unknown): ReadonlyMap<string, unknown> {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : new Map();
}
