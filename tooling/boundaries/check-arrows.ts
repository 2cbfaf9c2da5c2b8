import type { ModuleImport } from '../source/module-imports.ts';
import { type Arrow, arrowOf } from './arrows.ts';
import { type Finding, failure } from './finding.ts';
import { type PackageFile, type PackageSource, packageNameOf, whereIs } from './package-source.ts';

const SCOPE = '@celeriac/';

/**
 * Checks what one package imports and declares: the arrows between siblings, no deep imports, and that every package
 * named in published source stands in `dependencies` or `peerDependencies`. Applications are free in their arrows.
 */
export function checkArrows(source: PackageSource): readonly Finding[] {
  const isApp = source.manifest.private === true;
  const arrow = isApp ? undefined : arrowOf(source.manifest.name.replace(SCOPE, ''));
  if (!isApp && arrow === undefined) {
    const message = `${source.manifest.name} has no row in tooling/boundaries/arrows.ts`;
    return [failure('arrow', `${source.path}/package.json`, message)];
  }
  const findings: Finding[] = arrow ? [...checkManifest(source, arrow)] : [];
  for (const file of source.files) {
    for (const entry of file.imports) {
      const name = packageNameOf(entry.specifier);
      if (name === undefined) continue;
      findings.push(...checkDepth(source, file, entry, name));
      if (file.isTest) continue;
      if (arrow && name.startsWith(SCOPE)) findings.push(...checkSibling(source, file, entry, arrow));
      findings.push(...checkDeclared(source, file, entry, name));
    }
  }
  return findings;
}

function checkManifest(source: PackageSource, arrow: Arrow): readonly Finding[] {
  const where = `${source.path}/package.json`;
  const declared = Object.keys(source.manifest.dependencies ?? {});
  const forbidden = declared.filter(
    (name) => name.startsWith(SCOPE) && !arrow.siblings.includes(name.slice(SCOPE.length)),
  );
  const findings = forbidden.map((name) => failure('arrow', where, `must not depend on ${name}`));
  const thirdParty = declared.filter((name) => !name.startsWith(SCOPE));
  if (arrow.thirdParty !== undefined && thirdParty.length > arrow.thirdParty) {
    const message = `may have ${arrow.thirdParty} third-party dependencies, has ${thirdParty.join(', ')}`;
    findings.push(failure('third-party', where, message));
  }
  return findings;
}

function checkSibling(source: PackageSource, file: PackageFile, entry: ModuleImport, arrow: Arrow): readonly Finding[] {
  const name = (packageNameOf(entry.specifier) as string).slice(SCOPE.length);
  if (arrow.siblings.includes(name)) return [];
  const where = whereIs(source, file, entry);
  if (arrow.onDemand?.includes(name)) {
    if (entry.kind === 'dynamic' || entry.kind === 'type') return [];
    return [failure('arrow', where, `${SCOPE}${name} is an optional peer: load it with import() or import its types`)];
  }
  if (SCOPE + name === source.manifest.name) return [failure('own-name', where, 'imports its own package by name')];
  return [failure('arrow', where, `must not import ${SCOPE}${name}`)];
}

function checkDepth(source: PackageSource, file: PackageFile, entry: ModuleImport, name: string): readonly Finding[] {
  if (!name.startsWith(SCOPE) || !/\/(?:src|dist)(?:\/|$)|\.[cm]?[jt]s$/.test(entry.specifier)) return [];
  return [failure('deep-import', whereIs(source, file, entry), `${entry.specifier} reaches into another package`)];
}

function checkDeclared(
  source: PackageSource,
  file: PackageFile,
  entry: ModuleImport,
  name: string,
): readonly Finding[] {
  const { dependencies, peerDependencies, optionalDependencies } = source.manifest;
  const known = { ...dependencies, ...peerDependencies, ...optionalDependencies };
  if (Object.hasOwn(known, name) || (entry.kind === 'type' && Object.hasOwn(known, `@types/${name}`))) return [];
  const message = `${name} stands neither in dependencies nor in peerDependencies`;
  return [failure('undeclared', whereIs(source, file, entry), message)];
}
