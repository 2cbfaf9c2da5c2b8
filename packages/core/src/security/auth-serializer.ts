import { constants, createPrivateKey, type KeyObject, sign, verify, type X509Certificate } from 'node:crypto';
import { type Clock, DecodeError, type MessageLimits, MessageTooLargeError, type Serializer } from '@celeriac/protocol';
import { ConfigurationError } from '../settings/configuration-error.ts';
import { certificateId, hasExpired, readCertificate } from './certificate.ts';

/** What signing and checking takes. */
export interface AuthParts {
  /** PEM. */
  readonly key: string | Buffer;
  readonly keyPassword?: string | undefined;
  /** PEM. */
  readonly certificate: string | Buffer;
  /** Certificates of those whose messages are read, by id. */
  readonly store: ReadonlyMap<string, X509Certificate>;
  /** `sha256`. */
  readonly digest: string;
  /** Writes what is signed; each reads what it writes. The first one writes. */
  readonly inner: readonly [Serializer, ...Serializer[]];
  readonly clock: Clock;
}

const SEPARATOR = Buffer.from([0, 1]);
const NAME = 'auth';

/**
 * Signs what it writes, and reads only what somebody has signed whose certificate is in the store: RSA-PSS over the
 * encoded content, checked before that is looked at. Nothing is encrypted.
 * @throws {ConfigurationError} for a key or certificate that cannot be used, or that do not belong together
 * @see celery/security/serialization.py SecureSerializer
 */
export function authSerializer(parts: AuthParts): Serializer {
  const key = privateKey(parts);
  const certificate = readCertificate('securityCertificate', parts.certificate);
  if (!certificate.checkPrivateKey(key)) {
    throw new ConfigurationError('securityCertificate', 'is not that of securityKey');
  }
  const signer = Buffer.from(certificateId(certificate), 'utf8');
  return Object.freeze({
    name: NAME,
    contentType: 'application/data',
    contentEncoding: 'utf-8',
    encode: (value: unknown) => encode(value, signer, key, parts),
    decode: (body: Uint8Array, limits: MessageLimits) => decode(body, limits, parts),
  });
}

function encode(value: unknown, signer: Buffer, key: KeyObject, { digest, inner: [inner] }: AuthParts): Uint8Array {
  const body = inner.encode(value);
  const signature = sign(digest, body, { ...PADDING, key, saltLength: constants.RSA_PSS_SALTLEN_MAX_SIGN });
  const fields = [signer, signature, Buffer.from(inner.contentType), Buffer.from(inner.contentEncoding), body];
  const packed = Buffer.concat(fields.flatMap((field, index) => (index === 0 ? [field] : [SEPARATOR, field])));
  return Buffer.from(packed.toString('base64'), 'latin1');
}

const PADDING = { padding: constants.RSA_PKCS1_PSS_PADDING };

function decode(bytes: Uint8Array, limits: MessageLimits, parts: AuthParts): unknown {
  if (bytes.length > limits.maxMessageBytes) throw new MessageTooLargeError(bytes.length, limits.maxMessageBytes);
  const packed = Buffer.from(Buffer.from(bytes).toString('latin1'), 'base64');
  const end = packed.indexOf(SEPARATOR);
  if (end < 0) throw refused('it is not signed');
  const id = packed.subarray(0, end).toString('utf8');
  const certificate = parts.store.get(id);
  if (certificate === undefined) throw refused('nobody in the store of certificates has signed it');
  if (hasExpired(certificate, parts.clock.now())) throw refused('the certificate of its signer has expired');
  const { publicKey } = certificate;
  // A signature may hold the separator: its length is that of the key.
  const start = end + SEPARATOR.length;
  const signature = packed.subarray(start, start + (publicKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
  const [contentType, , body] = contentOf(packed.subarray(start + signature.length));
  const options = { ...PADDING, key: publicKey, saltLength: constants.RSA_PSS_SALTLEN_AUTO };
  if (!verify(parts.digest, body, options, signature)) throw refused('its signature is wrong');
  const inner = parts.inner.find((one) => one.contentType === contentType);
  if (inner === undefined) throw refused('what was signed is of another content type than is read');
  return inner.decode(body, limits);
}

/** Content type, content encoding and body, each after a separator; the body may hold more of these. */
function contentOf(rest: Buffer): readonly [contentType: string, contentEncoding: string, body: Buffer] {
  const type = rest.indexOf(SEPARATOR, SEPARATOR.length);
  const encoding = type < 0 ? -1 : rest.indexOf(SEPARATOR, type + SEPARATOR.length);
  if (!rest.subarray(0, SEPARATOR.length).equals(SEPARATOR) || encoding < 0) throw refused('it is cut short');
  return [
    rest.subarray(SEPARATOR.length, type).toString('latin1'),
    rest.subarray(type + SEPARATOR.length, encoding).toString('latin1'),
    rest.subarray(encoding + SEPARATOR.length),
  ];
}

function privateKey({ key, keyPassword }: AuthParts): KeyObject {
  try {
    const read = createPrivateKey({ key, ...(keyPassword !== undefined && { passphrase: keyPassword }) });
    if (read.asymmetricKeyType === 'rsa') return read;
  } catch (cause) {
    throw new ConfigurationError('securityKey', 'is no private key in PEM, or its password is wrong', { cause });
  }
  throw new ConfigurationError('securityKey', 'must be an RSA key');
}

function refused(problem: string): DecodeError {
  return new DecodeError(NAME, problem);
}
