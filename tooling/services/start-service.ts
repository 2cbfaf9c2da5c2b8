import { chownSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled } from './ensure-installed.ts';
import { freePorts } from './free-ports.ts';
import { PLANNERS } from './servers/planners.ts';
import { type RunningService, Service } from './service.ts';
import { serviceAccount, userTable } from './service-account.ts';
import type { ServiceName } from './service-names.ts';

/** How a private server differs from the usual one. */
export interface StartOptions {
  /** Every confirmed write is on the disk, as for a crash of the machine. Otherwise it survives `kill` only, and is faster. */
  readonly durable?: boolean;
  /** Settings of the server's own configuration, by its own names: `{ maxmemory: '20mb' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * Starts a server of one's own on free ports of 127.0.0.1, with its data in a temporary folder. It ends with `stop`, or
 * with this process.
 * @throws {ServiceMissingError} if it is not installed and cannot be
 * @throws {ServiceFailedError} if it does not come up; holds the end of its log
 */
export async function startService(
  name: ServiceName,
  { durable = false, settings = {} }: StartOptions = {},
): Promise<RunningService> {
  const binaries = await ensureInstalled(name);
  const planner = PLANNERS[name];
  const ports = await freePorts(planner.ports);
  const folder = mkdtempSync(join(tmpdir(), `celeriac-${name}-`));
  const plan = planner.plan({ binaries, ports, folder, durable, settings });
  const account = serviceAccount(plan.user, process.getuid?.() === 0, userTable());
  const { uid, gid } = account.identity;
  const own = (path: string): void => {
    if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
  };
  own(folder);
  for (const [path, content] of Object.entries(plan.files ?? {})) {
    writeFileSync(path, content, { mode: 0o600 });
    own(path);
  }
  const service = new Service(name, folder, plan, account);
  try {
    await service.begin();
    return service;
  } catch (error) {
    await service.stop();
    throw error;
  }
}
