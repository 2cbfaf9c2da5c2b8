import { accessSync, constants, globSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { InstallName } from './service-names.ts';

/** What a service needs on the machine. */
export interface Requirement {
  /** Debian packages that bring it. */
  readonly packages: readonly string[];
  /** Key to candidates, best first: names for PATH, or absolute paths that may hold `*` (the highest version wins). */
  readonly binaries: Readonly<Record<string, readonly string[]>>;
}

const REDIS: Requirement = {
  packages: ['redis-server'],
  binaries: { server: ['redis-server', 'valkey-server'], client: ['redis-cli', 'valkey-cli'] },
};

// Debian keeps these off the PATH, or puts wrappers there that insist on another user.
const RABBIT = '/usr/lib/rabbitmq/bin';
const POSTGRES = '/usr/lib/postgresql/*/bin';

/** What each service needs. */
export const REQUIREMENTS: Readonly<Record<InstallName, Requirement>> = {
  redis: REDIS,
  'redis-sentinel': REDIS,
  'redis-cluster': REDIS,
  rabbitmq: {
    packages: ['rabbitmq-server'],
    binaries: {
      server: [`${RABBIT}/rabbitmq-server`, 'rabbitmq-server'],
      client: [`${RABBIT}/rabbitmqctl`, 'rabbitmqctl'],
      epmd: ['epmd'],
    },
  },
  postgres: {
    packages: ['postgresql'],
    binaries: {
      server: [`${POSTGRES}/postgres`, 'postgres'],
      initdb: [`${POSTGRES}/initdb`, 'initdb'],
      client: [`${POSTGRES}/psql`, 'psql'],
    },
  },
  mariadb: {
    packages: ['mariadb-server'],
    binaries: { server: ['mariadbd'], install: ['mariadb-install-db'], client: ['mariadb'] },
  },
  celery: { packages: ['celery', 'python3-redis', 'python3-cryptography'], binaries: { celery: ['/usr/bin/celery'] } },
};

/** What was found of a requirement. */
export interface FoundBinaries {
  /** Absolute paths by key. */
  readonly found: Readonly<Record<string, string>>;
  /** Names of those that are not there. */
  readonly missing: readonly string[];
}

/** Looks for the binaries on the PATH and in the folders for administrators, where Debian keeps some servers. */
export function findBinaries(requirement: Requirement, path: string = process.env['PATH'] ?? ''): FoundBinaries {
  const folders = [...path.split(delimiter).filter(isAbsolute), '/usr/local/sbin', '/usr/sbin'];
  const found: Record<string, string> = {};
  const missing: string[] = [];
  for (const [key, candidates] of Object.entries(requirement.binaries)) {
    const paths = candidates.flatMap((candidate) => placesOf(candidate, folders));
    const first = paths.find(isExecutable);
    if (first === undefined) missing.push(candidates.at(-1) as string);
    else found[key] = first;
  }
  return { found, missing };
}

function placesOf(candidate: string, folders: readonly string[]): readonly string[] {
  if (!isAbsolute(candidate)) return folders.map((folder) => join(folder, candidate));
  if (!candidate.includes('*')) return [candidate];
  return globSync(candidate).sort((left, right) => right.localeCompare(left, 'en', { numeric: true }));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
