import { readFileSync } from 'node:fs';
import type { FailUrl } from '../url-options.ts';

/** How a connection is encrypted. */
export interface ServerTls {
  /** Whether the certificate must be one that is trusted, for this host. */
  readonly verifies: 'nothing' | 'certificate' | 'certificate and host';
  /** PEM text. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Options by the names that each database's own clients have. */
export const TLS_OPTIONS = {
  postgres: ['sslmode', 'sslrootcert', 'sslcert', 'sslkey'],
  mysql: ['ssl', 'ssl_mode', 'ssl_ca', 'ssl_cert', 'ssl_key'],
} as const;

/** What libpq's `sslmode` and MySQL's `ssl-mode` come to; undefined = in the clear. */
const MODES: ReadonlyMap<string, ServerTls['verifies'] | undefined> = new Map([
  ['disable', undefined],
  ['disabled', undefined],
  ['false', undefined],
  ['require', 'nothing'],
  ['required', 'nothing'],
  ['true', 'certificate and host'],
  ['verify-ca', 'certificate'],
  ['verify_ca', 'certificate'],
  ['verify-full', 'certificate and host'],
  ['verify_identity', 'certificate and host'],
]);

/** @throws {InvalidUrlError} for a mode that is unknown, or a file that cannot be read, by `fail` */
export function tlsOf(
  dialect: keyof typeof TLS_OPTIONS,
  query: ReadonlyMap<string, string>,
  fail: FailUrl,
): ServerTls | undefined {
  const postgres = dialect === 'postgres';
  const [ca, cert, key] = (postgres ? ['sslrootcert', 'sslcert', 'sslkey'] : ['ssl_ca', 'ssl_cert', 'ssl_key']).map(
    (name) => pemOf(query, name, fail),
  );
  const name = postgres ? 'sslmode' : 'ssl_mode';
  const mode = query.get(name) ?? query.get('ssl') ?? ((ca ?? cert) ? 'verify-full' : 'disable');
  if (!MODES.has(mode.toLowerCase())) {
    const modes = postgres
      ? 'disable, require, verify-ca, verify-full'
      : 'DISABLED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY';
    throw fail(`${name} has an unknown value`, `Use one of ${modes}.`);
  }
  const verifies = MODES.get(mode.toLowerCase());
  if (verifies === undefined) return undefined;
  return Object.freeze({
    verifies,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  });
}

/** The form in which Node's TLS takes it. */
export function nodeTls({ verifies, ca, cert, key }: ServerTls): {
  readonly rejectUnauthorized: boolean;
  readonly checkServerIdentity?: () => undefined;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
} {
  return {
    rejectUnauthorized: verifies !== 'nothing',
    ...(verifies === 'certificate' && { checkServerIdentity: () => undefined }),
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}

function pemOf(query: ReadonlyMap<string, string>, name: string, fail: FailUrl): string | undefined {
  const file = query.get(name);
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw fail(`${name} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'no code'})`);
  }
}
