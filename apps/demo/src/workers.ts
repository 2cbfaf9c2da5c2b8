import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DemoOptions } from './options.ts';

/** Workers that serve the demo's two apps, wherever they run. */
export interface Workers {
  /** `2 processes for counting, 1 for lexicon`. */
  readonly description: string;
  stop(): Promise<void>;
}

const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/** The module of one of the demo's apps. */
function appModule(name: 'counting' | 'lexicon'): string {
  return fileURLToPath(new URL(`./${name}-app${extension}`, import.meta.url));
}

/**
 * Starts worker processes by the `celeriac` command.
 * @returns when all of them are ready
 * @throws when one ends before it is ready, with what it wrote
 */
export async function startProcesses(options: DemoOptions): Promise<Workers> {
  const started = [
    ...Array.from({ length: options.workers }, (_, index) => startWorker('counting', index + 1, options)),
    startWorker('lexicon', 1, options),
  ];
  const stop = async () => {
    await Promise.all(started.map(({ child }) => endOf(child)));
  };
  try {
    await Promise.all(started.map(({ ready }) => ready));
  } catch (error) {
    await stop();
    throw error;
  }
  return { description: `${options.workers} processes for counting, 1 for lexicon`, stop };
}

function startWorker(
  name: 'counting' | 'lexicon',
  number: number,
  options: DemoOptions,
): { child: ChildProcess; ready: Promise<void> } {
  const manifest = createRequire(import.meta.url).resolve('@celeriac/cli/package.json');
  const command = join(dirname(manifest), 'bin', 'celeriac.js');
  const args = [
    '-A',
    appModule(name),
    'worker',
    '--pool',
    'async',
    '--concurrency',
    '8',
    '--loglevel',
    'info',
    '--hostname',
    `${name}${number}@%h`,
  ];
  const child = spawn(process.execPath, [...process.execArgv, command, ...args], {
    env: { ...process.env, CELERY_BROKER_URL: options.broker, CELERY_RESULT_BACKEND: options.backend },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { child, ready: readiness(child, name) };
}

/** Resolves when the worker says that it is ready. */
function readiness(child: ChildProcess, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      if (/\bready\b/.test(output)) resolve();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The ${name} worker ended with code ${code}:\n${output}`)));
  });
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
