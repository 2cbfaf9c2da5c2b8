import { type AppOwner, type AppRuntime, isApp, runtimeOf } from '@celeriac/core/internal';

type ModuleExports = { readonly [name: string]: unknown };

/** Where an app is looked for when no export is named. @see celery/app/utils.py find_app */
const USUAL_NAMES = ['app', 'default', 'celery'] as const;

/**
 * Imports the module of an app and all its tasks.
 * @param appModule - file URL
 * @throws what the module throws; an error that says what is missing when it exports no app
 */
export async function loadApp(appModule: string, exportName: string | undefined): Promise<AppRuntime> {
  const exports = (await import(appModule)) as ModuleExports;
  const runtime = runtimeOf(findApp(exports, exportName));
  await runtime.loadTasks();
  return runtime;
}

function findApp(exports: ModuleExports, exportName: string | undefined): AppOwner {
  if (exportName !== undefined) {
    const named = exports[exportName];
    if (isApp(named)) return named;
    throw new Error(`its export ${JSON.stringify(exportName)} is no Celeriac app`);
  }
  const found = [...USUAL_NAMES.map((name) => exports[name]), ...Object.values(exports)].find(isApp);
  if (found === undefined) throw new Error('it exports no Celeriac app');
  return found;
}
