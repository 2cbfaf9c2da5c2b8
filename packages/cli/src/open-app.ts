import { chdir } from 'node:process';
import { Celeriac } from '@celeriac/core';
import { type AppRuntime, runtimeOf } from '@celeriac/core/internal';
import { UsageError } from './cli-error.ts';
import type { GlobalOptions } from './global-options.ts';
import { loadApp } from './load-app.ts';

/** An app that a command works with. */
export interface OpenApp {
  readonly app: Celeriac;
  readonly runtime: AppRuntime;
  /** The absolute path of the module; undefined for an app made of `--broker` alone. */
  readonly file: string | undefined;
}

/**
 * Loads the app of `-A`, with `--broker` and `--result-backend` in place of its own; without `-A`, an app made of
 * these. Changes to `--workdir`.
 * @throws {UsageError} when neither says which app
 * @throws {AppLoadError} see {@link loadApp}
 */
export async function openApp(globals: GlobalOptions): Promise<OpenApp> {
  const { app: target, broker, resultBackend, workdir } = globals;
  // The environment wins over the app's code, and the processes of a worker inherit it.
  if (broker !== undefined) process.env['CELERY_BROKER_URL'] = broker;
  if (resultBackend !== undefined) process.env['CELERY_RESULT_BACKEND'] = resultBackend;
  if (target !== undefined) {
    const { app, file } = await loadApp(target, workdir);
    if (workdir !== process.cwd()) chdir(workdir);
    return { app, file, runtime: runtimeOf(app) };
  }
  if (broker === undefined && resultBackend === undefined) {
    throw new UsageError('-A', 'Which app? Name its module with -A, or set CELERY_APP.', {
      hint: 'celeriac -A ./src/tasks.ts …; for a broker without an app: celeriac --broker <url> …',
    });
  }
  if (workdir !== process.cwd()) chdir(workdir);
  const app = new Celeriac('celeriac');
  return { app, file: undefined, runtime: runtimeOf(app) };
}

/** Runs `use` with the app of the command line and closes the app's connections after it. */
export async function withApp<T>(globals: GlobalOptions, use: (open: OpenApp) => Promise<T>): Promise<T> {
  const open = await openApp(globals);
  try {
    return await use(open);
  } finally {
    await open.runtime.close();
  }
}
