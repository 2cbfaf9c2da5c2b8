/** What `-A` names: a module, and possibly the export that is the app. */
export interface AppTarget {
  readonly module: string;
  /** Undefined: pick one. */
  readonly exportName: string | undefined;
}

/** Splits `module:exportName`; the colon of `C:\app.ts`, `node:fs` and the like is none of these. */
export function parseAppTarget(text: string): AppTarget {
  const [, module, exportName] = /^(.{2,}):([\p{ID_Start}$_][\p{ID_Continue}$]*)$/u.exec(text) ?? [];
  if (module === undefined || exportName === undefined) return { module: text, exportName: undefined };
  return { module, exportName };
}

/** Endings of modules, in the order in which they are tried. */
const ENDINGS: readonly string[] = ['.ts', '.mts', '.js', '.mjs', '.cjs'];
/** Where Celery's projects keep their app. */
const INSIDE: readonly string[] = ['celery', 'app', 'index'];

/**
 * Files that `-A module` may mean, relative to the working directory, best first.
 * `proj` may be `proj.ts`, `proj/celery.ts` …; `proj.tasks`, as Python writes it, may be `proj/tasks.ts`.
 */
export function moduleCandidates(module: string): readonly string[] {
  if (/\.[cm]?[jt]sx?$/.test(module)) return [module];
  const roots = [module];
  if (/^[\w-]+(\.[\w-]+)+$/.test(module)) roots.push(module.replaceAll('.', '/'));
  return roots.flatMap((root) => [
    ...ENDINGS.map((ending) => root + ending),
    ...INSIDE.flatMap((name) => ENDINGS.map((ending) => `${root}/${name}${ending}`)),
  ]);
}

/** Whether `-A` names a file for sure, rather than perhaps a package. */
export function isPath(module: string): boolean {
  return /^(\.{0,2}[/\\]|[a-z]:[/\\])/i.test(module) || /\.[cm]?[jt]sx?$/.test(module);
}
