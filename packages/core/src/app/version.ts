import { createRequire } from 'node:module';

/** The version of @celeriac/core; read from its manifest when asked for. */
export function coreVersion(): string {
  const manifest = createRequire(import.meta.url)('../../package.json') as { readonly version: string };
  return manifest.version;
}
