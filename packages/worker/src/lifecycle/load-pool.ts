import { installCommand, requirePackage } from '@celeriac/core/internal';
import type { PoolPlugin } from '../pool/pool-plugin.ts';
import { POOL_NAMES } from './pool-options.ts';
import { WorkerOptionError } from './worker-option-error.ts';

/**
 * The pool of a package.
 * @param folder - the application's: the package is one of its dependencies
 * @throws {WorkerOptionError} when there is no such package, or it exports no `pool`
 */
export function loadPool(name: string, folder: string): PoolPlugin {
  const exports = requirePackage(name, folder, (cause) => {
    return new WorkerOptionError('pool', name, `must be one of ${POOL_NAMES.join(', ')}, or the name of a package`, {
      cause,
      hint: `For a package: ${installCommand(name, folder)}`,
    });
  });
  const { pool } = exports as { readonly pool?: unknown };
  if (typeof pool === 'object' && pool !== null && 'create' in pool) return pool as PoolPlugin;
  throw new WorkerOptionError('pool', name, 'must be a package that exports a "pool" with create()');
}
