import { chdir } from 'node:process';
import { Celeriac } from '@celeriac/core';
import { type AppRuntime, configureAbove, runtimeOf } from '@celeriac/core/internal';
import { UsageError } from './cli-error.ts';
import type { GlobalOptions } from './global-options.ts';
import { type LoadedApp, loadApp } from './load-app.ts';
import { type Overrides, urlOverrides } from './overrides.ts';

/** An app that a command works with. */
export interface OpenApp {
  readonly app: Celeriac;
  readonly runtime: AppRuntime;
  /** The absolute path of the module; undefined for an app made of `--broker` alone. */
  readonly file: string | undefined;
  /** The name of the app's export; empty without a module. */
  readonly exportName: string;
  /** What the command line said; the app has it already. */
  readonly overrides: Overrides;
}

/**
 * Loads the app of `-A`, with `--broker` and `--result-backend` in place of its own; without `-A`, an app made of
 * these. Changes to `--workdir`.
 * @param more - more settings from the command line
 * @throws {UsageError} when neither says which app
 * @throws {AppLoadError} see {@link loadApp}
 * @throws {ConfigurationError} for settings that cannot be
 */
export async function openApp(globals: GlobalOptions, more: Overrides = {}): Promise<OpenApp> {
  const { broker, resultBackend, workdir } = globals;
  const overrides = { ...urlOverrides(broker, resultBackend), ...more };
  const { app, file, exportName } = await find(globals);
  if (workdir !== process.cwd()) chdir(workdir);
  if (Object.keys(overrides).length > 0) configureAbove(app, overrides);
  const runtime = runtimeOf(app);
  // The first look settles them: what is wrong with them is said before anything else happens.
  void runtime.settings;
  return { app, file, exportName, overrides, runtime };
}

async function find({
  app: target,
  broker,
  resultBackend,
  workdir,
}: GlobalOptions): Promise<Omit<LoadedApp, 'file'> & { readonly file: string | undefined }> {
  if (target !== undefined) return loadApp(target, workdir);
  if (broker === undefined && resultBackend === undefined) {
    throw new UsageError('-A', 'Which app? Name its module with -A, or set CELERY_APP.', {
      hint: 'celeriac -A ./src/tasks.ts …; for a broker without an app: celeriac --broker <url> …',
    });
  }
  return { app: new Celeriac('celeriac'), file: undefined, exportName: '' };
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
