import { findBinaries, REQUIREMENTS } from './binaries.ts';
import { installPackages } from './install-packages.ts';
import { ServiceMissingError } from './service-errors.ts';
import type { InstallName } from './service-names.ts';

/**
 * Finds what a service needs, and installs it if it is not there and can be.
 * @returns absolute paths of its binaries by key
 * @throws {ServiceMissingError} if it is not there and cannot be installed
 */
export async function ensureInstalled(name: InstallName): Promise<Readonly<Record<string, string>>> {
  const requirement = REQUIREMENTS[name];
  const before = findBinaries(requirement);
  if (before.missing.length === 0) return before.found;
  const obstacle = await installPackages(requirement.packages);
  const after = findBinaries(requirement);
  if (after.missing.length === 0) return after.found;
  const reason = obstacle ?? `still not there after installing ${requirement.packages.join(' ')}`;
  throw new ServiceMissingError(name, `${after.missing.join(', ')} not found; ${reason}`);
}
