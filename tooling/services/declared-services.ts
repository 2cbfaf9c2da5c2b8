import type { Manifest } from '../workspace/workspace-packages.ts';
import { ServiceMissingError } from './service-errors.ts';
import { type InstallName, isServiceName, type ServiceName, serviceVariables } from './service-names.ts';
import { type Environment, installOrSkip, type SharedService, useService } from './use-service.ts';

/** What tests need, as package.json files say under `celeriac`. */
export interface DeclaredServices {
  /** `services`: tests share one of each. */
  readonly shared: readonly ServiceName[];
  /** `installs`: tests start their own, or run it as a command; it only has to be there. */
  readonly installs: readonly InstallName[];
}

/** The union of what packages declare, in a fixed order. @throws {ServiceMissingError} on an unknown name */
export function declaredServices(manifests: readonly Manifest[]): DeclaredServices {
  const shared = new Set<ServiceName>();
  const installs = new Set<InstallName>();
  for (const { name: owner, celeriac } of manifests) {
    for (const name of celeriac?.services ?? []) {
      if (!isServiceName(name)) throw new ServiceMissingError(name, `${owner} declares it, but nobody can start it`);
      shared.add(name);
    }
    for (const name of celeriac?.installs ?? []) {
      if (name !== 'celery' && !isServiceName(name)) {
        throw new ServiceMissingError(name, `${owner} declares it, but nobody can install it`);
      }
      installs.add(name);
    }
  }
  return { shared: [...shared].sort(), installs: [...installs].sort() };
}

/** Servers that are running for others. */
export interface StartedServices {
  /** Their URLs, and the reasons for those that are missing, for the environment of tests. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * Starts one of each shared service, unless the environment names one already, and installs the rest.
 * @throws {ServiceMissingError} under CI, if one is missing; those that were started are stopped first
 */
export async function startDeclared(
  { shared, installs }: DeclaredServices,
  env: Environment = process.env,
): Promise<StartedServices> {
  for (const name of installs) {
    const obstacle = await installOrSkip(name, env);
    if (obstacle !== undefined) console.warn(`Tests with ${name} are skipped: ${obstacle}`);
  }
  const uses = await Promise.allSettled(shared.map((name) => useService(name, env)));
  const started = uses.flatMap((use) => (use.status === 'fulfilled' ? [use.value] : []));
  const stop = async (): Promise<void> => {
    const running = started.filter((use): use is SharedService => use.skipped === undefined);
    await Promise.all(running.map((use) => use.stop()));
  };
  const failed = uses.find((use) => use.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  const found = started.map((use): readonly [string, string] => {
    const variables = serviceVariables(use.name);
    return use.skipped === undefined ? [variables.url, use.url] : [variables.skip, use.skipped];
  });
  return { env: Object.fromEntries(found), stop };
}
