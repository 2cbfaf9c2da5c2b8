import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { WorkspacePackage } from '../workspace/workspace-packages.ts';
import { type Declaration, readDeclarations } from './declarations.ts';

/** One public name of an entry point. */
export interface PublicName {
  readonly name: string;
  readonly declarations: readonly Declaration[];
}

// For siblings only: it may change with any release, since all packages are released together.
const INTERNAL = './internal';

/**
 * The public names of every entry point of a built package, sorted by name.
 * @throws {Error} if the package is not built, or re-exports a name that its file does not declare
 */
export function packageSurface(entry: WorkspacePackage): ReadonlyMap<string, readonly PublicName[]> {
  const surface = new Map<string, readonly PublicName[]>();
  for (const [path, target] of Object.entries(entry.manifest.exports ?? {})) {
    if (typeof target !== 'object' || target === null || path === INTERNAL) continue;
    const types = (target as { readonly types?: string }).types;
    if (types === undefined) continue;
    const file = join(entry.folder, types);
    if (!existsSync(file)) throw new Error(`${entry.path} is not built: ${types} is missing. Run: npm run build`);
    surface.set(path, exportedNames(file));
  }
  return surface;
}

function exportedNames(file: string): readonly PublicName[] {
  const { declarations, reExports, imports } = readDeclarations(readFileSync(file, 'utf8'));
  const names = reExports.map((entry) => {
    const own = entry.specifier === undefined ? declarations.get(entry.name) : undefined;
    if (own !== undefined) return { name: entry.exported, declarations: own };
    const imported = entry.specifier === undefined && imports.find((other) => other.exported === entry.name);
    const { name, specifier } = imported || entry;
    const from = specifier?.startsWith('.') ? resolve(dirname(file), specifier) : undefined;
    return { name: entry.exported, declarations: from ? declarationsOf(from, name) : foreign(name, specifier) };
  });
  const exported = [...declarations].filter(([, [first]]) => first?.isExported);
  for (const [name, own] of exported) names.push({ name, declarations: own });
  return names.sort((left, right) => left.name.localeCompare(right.name, 'en'));
}

function declarationsOf(file: string, name: string): readonly Declaration[] {
  const path = file.replace(/\.[jt]s$/, '.d.ts');
  const { declarations, reExports } = readDeclarations(readFileSync(path, 'utf8'));
  const own = declarations.get(name);
  if (own !== undefined) return own;
  const next = reExports.find((entry) => entry.exported === name);
  if (next?.specifier?.startsWith('.')) return declarationsOf(resolve(dirname(path), next.specifier), next.name);
  if (next?.specifier !== undefined) return foreign(next.name, next.specifier);
  throw new Error(`${path} does not declare ${name}`);
}

function foreign(name: string, specifier: string | undefined): readonly Declaration[] {
  return [{ kind: 'foreign', isExported: false, text: `${name} from ${specifier ?? 'an import'}` }];
}
