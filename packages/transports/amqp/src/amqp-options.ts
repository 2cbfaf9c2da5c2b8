import { type ParsedUrl, parseUrl } from '@celeriac/protocol';
import { ConfigurationError, checkOptionNames } from '@celeriac/transport';
import { type TlsFiles, tlsFilesOf } from './tls-files.ts';

/** How to log in. `plain` is what RabbitMQ and py-amqp use by default; `external` is the TLS client certificate. */
export type LoginMethod = 'plain' | 'amqplain' | 'external';

/** Where the broker is and how to talk to it. */
export interface AmqpSettings {
  readonly host: string;
  readonly port: number;
  readonly vhost: string;
  readonly username: string;
  readonly password: string;
  readonly loginMethod: LoginMethod;
  /** TLS is on when this is there; the files may all be absent. */
  readonly tls: TlsFiles | undefined;
  /** Seconds between heartbeats, before the broker lowers it; 0 = none. A dead connection is noticed within three of them. */
  readonly heartbeatSeconds: number;
  /** Milliseconds for one try to connect. */
  readonly connectTimeoutMs: number;
  /** Milliseconds that a publish waits while the broker blocks publishers. */
  readonly blockedTimeoutMs: number;
  /** Every consumed queue is a quorum queue: deliveries are counted, and the prefetch window is per queue. */
  readonly quorumQueues: boolean;
  /** The broker holds messages until their time, through Celery's 28 delay queues. */
  readonly nativeDelayedDelivery: boolean;
  /** Type of the delay queues. */
  readonly delayedQueueType: 'quorum' | 'classic';
  /** Shown in RabbitMQ's list of connections. */
  readonly connectionName: string;
  /** Shown in RabbitMQ's view of a connection, beside what every client tells about itself. */
  readonly clientProperties: { readonly [name: string]: unknown };
}

const OPTIONS = [
  'heartbeat',
  'connectTimeoutMs',
  'blockedTimeoutMs',
  'quorumQueues',
  'nativeDelayedDelivery',
  'delayedQueueType',
  'loginMethod',
  'connectionName',
  'clientProperties',
  'ssl',
  // Of py-amqp. Publishing is always confirmed; heartbeats and limited tries stand for timeouts of the socket.
  'confirmPublish',
  'readTimeout',
  'writeTimeout',
] as const;

type OptionName = (typeof OPTIONS)[number];
type Options = { readonly [name in OptionName]?: unknown };

/** Celery's spelling of the same. */
const PYTHON_NAMES: ReadonlyMap<string, OptionName> = new Map<string, OptionName>([
  ['native_delayed_delivery', 'nativeDelayedDelivery'],
  ['native_delayed_delivery_queue_type', 'delayedQueueType'],
  ['login_method', 'loginMethod'],
  ['client_properties', 'clientProperties'],
  ['confirm_publish', 'confirmPublish'],
  ['read_timeout', 'readTimeout'],
  ['write_timeout', 'writeTimeout'],
]);

/** Options that may stand in the query of the URL, as they do for py-amqp and amqplib. */
const QUERY_OPTIONS: readonly string[] = ['heartbeat', 'connectTimeoutMs', 'connectionName'];

/**
 * Two missed heartbeats make a connection dead, which shows between the second and the third one: after 30 to 45 seconds,
 * so that work goes on over another connection within a minute.
 */
const DEFAULT_HEARTBEAT_SECONDS = 15;
const DEFAULT_TIMEOUT_MS = 4000;
/** Less than a try to send may take, so that the error says why. */
const DEFAULT_BLOCKED_MS = 3500;

/**
 * Checks a broker URL and its `brokerTransportOptions`, and fills in the defaults.
 * @throws {InvalidUrlError} with the URL masked
 * @throws {ConfigurationError} for an unknown option or a value out of range
 */
export function amqpSettings(url: string, options: { readonly [name: string]: unknown } = {}): AmqpSettings {
  const parsed = parseUrl(url, 'brokerUrl');
  const known = inOurSpelling(options);
  checkOptionNames('amqp', known, OPTIONS);
  const all: Options = { ...queryOptions(parsed), ...known };
  const secure = parsed.scheme === 'amqps' || (all.ssl !== undefined && all.ssl !== false);
  return {
    host: parsed.host ?? 'localhost',
    port: parsed.port ?? (secure ? 5671 : 5672),
    vhost: vhostOf(parsed.path),
    username: parsed.username ?? 'guest',
    password: parsed.password ?? (parsed.username === undefined ? 'guest' : ''),
    loginMethod: oneOf(all, 'loginMethod', ['plain', 'amqplain', 'external'], 'plain'),
    tls: secure ? tlsFilesOf(all.ssl === true ? undefined : all.ssl) : undefined,
    heartbeatSeconds: numberOf(all, 'heartbeat', DEFAULT_HEARTBEAT_SECONDS, 0, 3600),
    connectTimeoutMs: numberOf(all, 'connectTimeoutMs', DEFAULT_TIMEOUT_MS, 1, 3_600_000),
    blockedTimeoutMs: numberOf(all, 'blockedTimeoutMs', DEFAULT_BLOCKED_MS, 0, 86_400_000),
    quorumQueues: flagOf(all, 'quorumQueues'),
    nativeDelayedDelivery: flagOf(all, 'nativeDelayedDelivery'),
    delayedQueueType: oneOf(all, 'delayedQueueType', ['quorum', 'classic'], 'quorum'),
    connectionName: textOf(all, 'connectionName', 'celeriac'),
    clientProperties: propertiesOf(all.clientProperties),
  };
}

/** `/` is kombu's and RabbitMQ's default; the first slash only separates, so `//` is the vhost `/` too. */
function vhostOf(path: string): string {
  const name = path.slice(1);
  return name === '' ? '/' : name;
}

function inOurSpelling(options: { readonly [name: string]: unknown }): { readonly [name: string]: unknown } {
  const spelled = new Map<string, unknown>();
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && value !== null) spelled.set(PYTHON_NAMES.get(name) ?? name, value);
  }
  return Object.fromEntries(spelled);
}

function queryOptions({ query }: ParsedUrl): Options {
  const found = new Map<string, unknown>();
  for (const name of QUERY_OPTIONS) {
    const value = query.get(name);
    if (value !== undefined) found.set(name, /^\d+$/.test(value) ? Number(value) : value);
  }
  return Object.fromEntries(found);
}

function numberOf(options: Options, name: OptionName, preset: number, least: number, most: number): number {
  const value = options[name] ?? preset;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw optionError(name, `must be a whole number from ${least} to ${most}`);
}

function flagOf(options: Options, name: OptionName): boolean {
  const value = options[name] ?? false;
  if (typeof value === 'boolean') return value;
  throw optionError(name, 'must be true or false');
}

function textOf(options: Options, name: OptionName, preset: string): string {
  const value = options[name] ?? preset;
  if (typeof value === 'string') return value;
  throw optionError(name, 'must be text');
}

/** Texts, numbers and flags, as RabbitMQ shows them. */
function propertiesOf(given: unknown): { readonly [name: string]: unknown } {
  if (given === undefined) return {};
  const isPlain = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);
  if (typeof given === 'object' && given !== null && Object.values(given).every(isPlain)) return { ...given };
  throw optionError('clientProperties', 'must be an object of texts, numbers and flags');
}

function oneOf<const T extends string>(options: Options, name: OptionName, allowed: readonly T[], preset: T): T {
  const value = options[name] ?? preset;
  const wanted = typeof value === 'string' ? value.toLowerCase() : value;
  const found = allowed.find((one) => one === wanted);
  if (found === undefined) throw optionError(name, `must be one of ${allowed.join(', ')}`);
  return found;
}

function optionError(name: string, problem: string): ConfigurationError {
  return new ConfigurationError(`brokerTransportOptions.${name}`, problem);
}
