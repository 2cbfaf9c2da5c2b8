import { existsSync, globSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { ModuleImport } from '../source/module-imports.ts';
import { isTestFile, readSourceFile, type SourceFile } from '../source/source-file.ts';
import type { WorkspacePackage } from '../workspace/workspace-packages.ts';

/** A source file and where it stands in its package. */
export interface PackageFile extends SourceFile {
  /** Path from the package's folder, with forward slashes: `src/intake/admit.ts`. */
  readonly name: string;
  readonly isTest: boolean;
}

/** A workspace package with its scanned files, tests included. */
export interface PackageSource extends WorkspacePackage {
  readonly files: readonly PackageFile[];
}

/** Reads every TypeScript file of a package below src/ and test/, fixtures left out. */
export function readPackageSource(entry: WorkspacePackage): PackageSource {
  const names = globSync(['src/**/*.ts', 'test/**/*.ts'], { cwd: entry.folder })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => !/(?:^|\/)(?:node_modules|fixtures|__fixtures__|template)\//.test(name))
    .sort();
  const files = names.map((name) => {
    const file = readSourceFile(join(entry.folder, name));
    return { ...file, name, isTest: name.startsWith('test/') || isTestFile(name) };
  });
  return { ...entry, files };
}

/** The file that a relative import means, as a name inside the package; undefined for a package import. */
export function importedFile(source: PackageSource, file: PackageFile, entry: ModuleImport): string | undefined {
  if (!entry.specifier.startsWith('.')) return undefined;
  const path = resolve(dirname(file.path), entry.specifier);
  return relative(source.folder, path).replaceAll('\\', '/');
}

/** Whether a relative import of this file names something that exists. */
export function importExists(file: PackageFile, entry: ModuleImport): boolean {
  return existsSync(resolve(dirname(file.path), entry.specifier));
}

/** `path:line` of an import, from the repository root. */
export function whereIs(source: PackageSource, file: PackageFile, entry?: { readonly line: number }): string {
  return `${source.path}/${file.name}${entry ? `:${entry.line}` : ''}`;
}

/** The package that a bare specifier names: `@scope/name` or `name`; undefined for relative and `node:` specifiers. */
export function packageNameOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:') || specifier.startsWith('#')) return undefined;
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
}
