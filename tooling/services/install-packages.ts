import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../process/run-command.ts';

// In a folder of root's, so that nobody else can hold it.
const LOCK = '/var/cache/apt/celeriac-tests.lock';
const SCRIPT = fileURLToPath(new URL('install-packages.sh', import.meta.url));
const INSTALL_MS = 900_000;
const TAIL_LINES = 5;

/** What decides whether packages can be installed here. */
export interface Machine {
  readonly isRoot: boolean;
  readonly hasApt: boolean;
  /** `CELERIAC_TEST_INSTALL`: 0 forbids it. */
  readonly mayInstall: boolean;
}

/** This machine, under this user. */
function thisMachine(): Machine {
  return {
    isRoot: process.getuid?.() === 0,
    hasApt: existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/flock'),
    mayInstall: process.env['CELERIAC_TEST_INSTALL'] !== '0',
  };
}

/** Why packages cannot be installed; undefined if they can. Says what a person could do. */
export function whyNotInstall(packages: readonly string[], machine: Machine): string | undefined {
  const wanted = packages.join(' ');
  if (!machine.hasApt) return `there is no apt-get to install ${wanted} with`;
  if (!machine.mayInstall) return `CELERIAC_TEST_INSTALL=0 forbids to install ${wanted}`;
  if (!machine.isRoot) return `only root may install it: sudo apt-get install ${wanted}`;
  return undefined;
}

/**
 * Installs Debian packages. Processes that want to at the same time do it one after the other; what another one has
 * installed meanwhile is not installed again.
 * @returns why it did not work; undefined if it did
 */
export async function installPackages(packages: readonly string[]): Promise<string | undefined> {
  const obstacle = whyNotInstall(packages, thisMachine());
  if (obstacle !== undefined) return obstacle;
  console.error(`Installing ${packages.join(' ')} with apt-get (once; CELERIAC_TEST_INSTALL=0 forbids it)`);
  const run = await runCommand('/usr/bin/flock', [LOCK, '/bin/sh', SCRIPT, ...packages], {
    cwd: '/',
    timeoutMs: INSTALL_MS,
  });
  if (run.code === 0) return undefined;
  return `apt-get could not install ${packages.join(' ')}:\n${lastLines(run.output, TAIL_LINES)}`;
}

/** The last lines of a text that hold anything. */
export function lastLines(text: string, count: number): string {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.slice(-count).join('\n');
}
