import { closest } from '@celeriac/protocol';
import { AppLoadError } from './cli-error.ts';

/** Names that an app's export usually has, in the order of preference. */
const USUAL_NAMES: readonly string[] = ['app', 'default', 'celery'];
const LISTED = 12;

/** What {@link pickApp} chooses among. */
export interface AppModule<App> {
  /** What `-A` said, for errors. */
  readonly target: string;
  /** The module's exports, in order. */
  readonly exports: ReadonlyMap<string, unknown>;
  readonly isApp: (value: unknown) => value is App;
}

/** An app and the name of its export. */
export interface PickedApp<App> {
  readonly app: App;
  readonly exportName: string;
}

/**
 * The app among a module's exports: the one asked for, else `app`, `default` or `celery`, else the only one there is.
 * @throws {AppLoadError} listing the exports, when there is none or more than one
 */
export function pickApp<App>(module: AppModule<App>, exportName: string | undefined): PickedApp<App> {
  if (exportName !== undefined) return { app: namedApp(module, exportName), exportName };
  for (const name of USUAL_NAMES) {
    const value = module.exports.get(name);
    if (module.isApp(value)) return { app: value, exportName: name };
  }
  const found = [...module.exports].filter(([, value]) => module.isApp(value));
  const distinct = new Set(found.map(([, value]) => value));
  const [first] = found;
  if (first !== undefined && distinct.size === 1) return { exportName: first[0], app: first[1] as App };
  if (distinct.size === 0) throw noApp(module);
  const names = found.map(([name]) => name);
  throw new AppLoadError(module.target, 2, `${module.target} exports several apps: ${names.join(', ')}.`, {
    hint: `Choose one: -A ${module.target}:${names[0]}`,
  });
}

function namedApp<App>({ target, exports, isApp }: AppModule<App>, exportName: string): App {
  const value = exports.get(exportName);
  if (isApp(value)) return value;
  if (exports.has(exportName)) {
    throw new AppLoadError(target, 2, `The export "${exportName}" of ${target} is no Celeriac app.`, {
      hint: 'It must be made by new Celeriac(…).',
    });
  }
  const meant = closest(exportName, exports.keys());
  throw new AppLoadError(target, 2, `${target} has no export "${exportName}"; ${listOf(exports)}.`, {
    ...(meant === undefined ? {} : { hint: `Did you mean ${meant}?` }),
  });
}

function noApp<App>({ target, exports }: AppModule<App>): AppLoadError {
  return new AppLoadError(target, 2, `${target} exports no Celeriac app; ${listOf(exports)}.`, {
    hint: "Export it: export const app = new Celeriac('proj', { broker })",
  });
}

function listOf(exports: ReadonlyMap<string, unknown>): string {
  const names = [...exports.keys()];
  if (names.length === 0) return 'it exports nothing';
  const shown = names.slice(0, LISTED).join(', ');
  return `its exports are ${shown}${names.length > LISTED ? ' …' : ''}`;
}
