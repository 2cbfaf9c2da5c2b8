import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const packageFolder = join(import.meta.dirname, '..');

/** A folder below this package, so that what is generated there finds the workspace's packages. Removed on disposal. */
export function scratchFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(packageFolder, '.tmp-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
