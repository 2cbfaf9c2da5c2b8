import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { WorkspacePackage } from '../workspace/workspace-packages.ts';
import { type Declaration, readDeclarations } from './declarations.ts';

/** One public name of an entry point. */
export interface PublicName {
  readonly name: string;
  readonly declarations: readonly Declaration[];
}

/**
 * The public names of every entry point of a built package, sorted by name.
 * @throws {Error} if the package is not built, or re-exports a name that its file does not declare
 */
export function packageSurface(entry: WorkspacePackage): ReadonlyMap<string, readonly PublicName[]> {
  const surface = new Map<string, readonly PublicName[]>();
  for (const [path, target] of Object.entries(entry.manifest.exports ?? {})) {
    if (typeof target !== 'object' || target === null) continue;
    const types = (target as { readonly types?: string }).types;
    if (types === undefined) continue;
    const file = join(entry.folder, types);
    if (!existsSync(file)) throw new Error(`${entry.path} is not built: ${types} is missing. Run: npm run build`);
    surface.set(path, exportedNames(file));
  }
  return surface;
}

function exportedNames(file: string): readonly PublicName[] {
  const { declarations, reExports } = readDeclarations(readFileSync(file, 'utf8'));
  const names = reExports.map(({ name, exported, specifier }) => {
    const from = specifier?.startsWith('.') ? resolve(dirname(file), specifier) : undefined;
    const found = from ? declarationsOf(from, name) : (declarations.get(name) ?? foreign(name, specifier));
    return { name: exported, declarations: found };
  });
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
  return [{ kind: 'foreign', text: `${name} from ${specifier ?? 'an import'}` }];
}
