import { X509Certificate } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, shownValue } from '../settings/configuration-error.ts';

/**
 * Reads a certificate, which must be one of an RSA key.
 * @param key - the setting it comes from, for errors
 * @throws {ConfigurationError}
 */
export function readCertificate(key: string, pem: string | Buffer): X509Certificate {
  const certificate = parsed(key, pem);
  if (certificate.publicKey.asymmetricKeyType === 'rsa') return certificate;
  throw new ConfigurationError(key, 'must hold the certificate of an RSA key');
}

/**
 * What names a certificate on the wire: the values of its issuer and its serial number in decimals.
 * @see celery/security/certificate.py Certificate.get_id
 */
export function certificateId({ issuer, serialNumber }: X509Certificate): string {
  const values = issuer.split('\n').map((line) => line.slice(line.indexOf('=') + 1));
  return `${values.join(' ')} ${BigInt(`0x${serialNumber}`)}`;
}

/**
 * The certificates of those whose messages are read, by their ids.
 * @param path - a folder, all of whose files count, or a pattern such as `/etc/certs/*.pem`
 * @throws {ConfigurationError} for a file that is no certificate, one that has expired, two with one id, none at all
 * @see celery/security/certificate.py FSCertStore
 */
export function readCertStore(path: string, nowMs: number): ReadonlyMap<string, X509Certificate> {
  const store = new Map<string, X509Certificate>();
  for (const file of filesOf(path)) {
    const certificate = readCertificate(`securityCertStore ${shownValue(file)}`, readFileSync(file));
    const id = certificateId(certificate);
    if (hasExpired(certificate, nowMs)) {
      throw new ConfigurationError(`securityCertStore ${shownValue(file)}`, 'has expired');
    }
    if (store.has(id)) throw new ConfigurationError(`securityCertStore ${shownValue(file)}`, `is there twice: ${id}`);
    store.set(id, certificate);
  }
  if (store.size > 0) return store;
  throw new ConfigurationError('securityCertStore', `has no certificate: ${shownValue(path)}`);
}

export function hasExpired({ validTo }: X509Certificate, nowMs: number): boolean {
  return nowMs >= Date.parse(validTo);
}

function parsed(key: string, pem: string | Buffer): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new ConfigurationError(key, 'is no certificate in PEM', { cause });
  }
}

function filesOf(path: string): readonly string[] {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  return globSync(isFolder ? join(path, '*') : path).filter((file) => statSync(file).isFile());
}
