import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isGroupAlive, signalGroup } from './process-group.ts';

/** How a command ended. */
export interface CommandRun {
  /** The exit code; null when a signal ended it. */
  readonly code: number | null;
  /** What it wrote to stdout and stderr, in the order in which it arrived. */
  readonly output: string;
  /** What it wrote to stdout alone. */
  readonly stdout: string;
  /** Processes of its own were still running two seconds after it had ended; they are killed. */
  readonly leftProcesses: boolean;
}

/** Where and for how long a command runs. */
export interface CommandOptions {
  readonly cwd: string;
  /** It is killed after this time, with all processes it started. Five minutes unless given. */
  readonly timeoutMs?: number;
  /** Put first on PATH, so that `#!/usr/bin/env node` finds this Node. */
  readonly nodeFolder?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

const LEFTOVER_GRACE_MS = 2_000;

/** Runs a command in a process group of its own, to its end or to its deadline, and leaves nothing of it running. */
export async function runCommand(
  command: string,
  args: readonly string[],
  { cwd, timeoutMs = 300_000, nodeFolder, env = {} }: CommandOptions,
): Promise<CommandRun> {
  const path = process.env['PATH'] ?? '';
  const child = spawn(command, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: {
      ...process.env,
      PATH: nodeFolder ? nodeFolder + delimiter + path : path,
      CI: '1',
      FORCE_COLOR: '0',
      NODE_OPTIONS: '',
      ...env,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  let stdout = '';
  child.stdout.on('data', (text: string) => {
    stdout += text;
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
    child.once('error', (error) => {
      output += error.message;
      resolve(null);
    });
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const deadline = setTimeout(() => child.pid && signalGroup(child.pid, 'SIGKILL'), timeoutMs);
  const code = await ended;
  clearTimeout(deadline);
  const leftProcesses = child.pid !== undefined && (await endGroup(child.pid));
  await closed;
  return { code, output, stdout, leftProcesses };
}

/** Gives the rest of the group a moment to end by itself, then kills it. */
async function endGroup(group: number): Promise<boolean> {
  const giveUpMs = performance.now() + LEFTOVER_GRACE_MS;
  while (isGroupAlive(group)) {
    if (performance.now() > giveUpMs) return signalGroup(group, 'SIGKILL');
    await wait(20);
  }
  return false;
}
