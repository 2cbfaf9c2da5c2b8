import { getHashes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Clock, jsonSerializer, type SerializerRegistry } from '@celeriac/protocol';
import { ConfigurationError, shownValue } from '../settings/configuration-error.ts';
import type { Settings } from '../settings/settings.ts';
import { authSerializer } from './auth-serializer.ts';
import { readCertStore } from './certificate.ts';

/** Whether anything is to be signed, or read only when signed. */
export function usesAuth(settings: Settings): boolean {
  const { acceptContent, taskSerializer, resultSerializer, securityKey } = settings;
  const names = [...acceptContent, taskSerializer, resultSerializer];
  return names.includes('auth') || securityKey !== undefined;
}

/**
 * Makes the serializer `auth` of the settings `security…` known.
 * @param folder - the application's, from which files are named
 * @throws {ConfigurationError} for a setting that is missing, or a file that cannot be used
 * @see celery/security/__init__.py setup_security
 */
export function registerAuth(settings: Settings, serializers: SerializerRegistry, folder: string, clock: Clock): void {
  if (serializers.names().includes('auth')) return;
  const { securityKeyPassword: keyPassword, securityDigest: digest } = settings;
  if (!getHashes().includes(digest)) {
    throw new ConfigurationError('securityDigest', `is no digest of this Node.js: ${shownValue(digest)}`);
  }
  const key = fileOf('securityKey', settings, folder);
  const certificate = fileOf('securityCertificate', settings, folder);
  const store = readCertStore(resolve(folder, required('securityCertStore', settings)), clock.now());
  const inner = [jsonSerializer] as const;
  serializers.register(authSerializer({ key, keyPassword, certificate, store, digest, inner, clock }));
}

type PathSetting = 'securityKey' | 'securityCertificate' | 'securityCertStore';

function required(name: PathSetting, settings: Settings): string {
  const path = settings[name];
  if (path !== undefined) return path;
  throw new ConfigurationError(name, 'is not set, but messages are to be signed', {
    hint: 'Signing takes securityKey, securityCertificate and securityCertStore.',
  });
}

function fileOf(name: PathSetting, settings: Settings, folder: string): Buffer {
  const path = resolve(folder, required(name, settings));
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new ConfigurationError(name, `names a file that cannot be read: ${shownValue(path)}`, { cause });
  }
}
