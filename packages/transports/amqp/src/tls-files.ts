import { readFileSync } from 'node:fs';
import { ConfigurationError } from '@celeriac/transport';

/** What a TLS connection is set up with. Every one may be absent. */
export interface TlsFiles {
  readonly ca?: Buffer | string;
  readonly cert?: Buffer | string;
  readonly key?: Buffer | string;
  readonly passphrase?: string;
  readonly servername?: string;
  /** False accepts any certificate: for tests only. */
  readonly rejectUnauthorized?: boolean;
}

/** Python's `ssl` names of files; Node's names hold the contents themselves. */
const FILE_NAMES: ReadonlyMap<string, 'ca' | 'cert' | 'key'> = new Map([
  ['ca_certs', 'ca'],
  ['certfile', 'cert'],
  ['keyfile', 'key'],
] as const);
const CONTENT_NAMES: readonly string[] = ['ca', 'cert', 'key'];
const TEXT_NAMES: readonly string[] = ['passphrase', 'servername'];

/**
 * Reads the option `ssl`: Node's names (`ca`, `cert`, `key`, `passphrase`, `servername`, `rejectUnauthorized`), or
 * Python's names of files (`ca_certs`, `certfile`, `keyfile`) and `cert_reqs` (0 = accept any certificate).
 * @throws {ConfigurationError} for an unknown name, a value of another type, or a file that cannot be read
 */
export function tlsFilesOf(options: unknown): TlsFiles {
  if (options === undefined) return {};
  if (typeof options !== 'object' || options === null) throw tlsError('ssl', 'must be true or an object');
  const found = new Map<string, unknown>();
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === null) continue;
    const [key, content] = tlsOption(name, value);
    found.set(key, content);
  }
  return Object.fromEntries(found);
}

function tlsOption(name: string, value: unknown): [name: string, value: unknown] {
  const file = FILE_NAMES.get(name);
  if (file !== undefined) return [file, contentOf(name, value)];
  if (name === 'cert_reqs') return ['rejectUnauthorized', value !== 0 && value !== 'none'];
  if (name === 'rejectUnauthorized' && typeof value === 'boolean') return [name, value];
  if (CONTENT_NAMES.includes(name) && (typeof value === 'string' || Buffer.isBuffer(value))) return [name, value];
  if (TEXT_NAMES.includes(name) && typeof value === 'string') return [name, value];
  throw tlsError(`ssl.${name}`, 'is no TLS option, or not of its type');
}

function contentOf(name: string, path: unknown): Buffer {
  if (typeof path !== 'string') throw tlsError(`ssl.${name}`, 'must be the path of a file');
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new ConfigurationError(`brokerTransportOptions.ssl.${name}`, 'names a file that cannot be read', { cause });
  }
}

function tlsError(name: string, problem: string): ConfigurationError {
  return new ConfigurationError(`brokerTransportOptions.${name}`, problem);
}
