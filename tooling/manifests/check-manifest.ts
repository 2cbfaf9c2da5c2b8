import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Finding, failure } from '../boundaries/finding.ts';
import type { WorkspacePackage } from '../workspace/workspace-packages.ts';

const SCOPE = '@celeriac/';
const NODE_RANGE = '>=22.18';
// Wider than ^: a peer that leaves its range makes changesets call every minor release a major one.
const PEER_RANGE = 'workspace:0.x';
const SOURCE_CONDITION = '@celeriac/source';

/** The four lists in which a package.json names other packages. */
export const DEPENDENCY_FIELDS = [
  'dependencies',
  'peerDependencies',
  'optionalDependencies',
  'devDependencies',
] as const;

/** Checks the package.json of one package, and that its folder holds what the registry page needs. */
export function checkManifest(entry: WorkspacePackage): readonly Finding[] {
  const messages = [
    ...commonFaults(entry),
    ...rangeFaults(entry),
    ...(entry.manifest.private === true ? [] : publicFaults(entry)),
  ];
  return messages.map((message) => failure('manifest', `${entry.path}/package.json`, message));
}

function commonFaults({ manifest }: WorkspacePackage): readonly string[] {
  const faults: string[] = [];
  if (!manifest.name.startsWith(SCOPE)) faults.push(`"name" must start with ${SCOPE}`);
  if (manifest.type !== 'module') faults.push('"type" must be "module"');
  if (manifest.license !== 'MIT') faults.push('"license" must be "MIT"');
  if (manifest.engines?.['node'] !== NODE_RANGE) faults.push(`"engines.node" must be "${NODE_RANGE}"`);
  if (!manifest.description) faults.push('"description" is missing');
  return faults;
}

function rangeFaults({ manifest }: WorkspacePackage): readonly string[] {
  const faults: string[] = [];
  for (const field of DEPENDENCY_FIELDS) {
    for (const [name, range] of Object.entries(manifest[field] ?? {})) {
      const wanted = field === 'peerDependencies' ? PEER_RANGE : 'workspace:^';
      if (name.startsWith(SCOPE) && range !== wanted) faults.push(`"${field}.${name}" must be "${wanted}"`);
      if (/^(?:\*|latest|)$/.test(range)) faults.push(`"${field}.${name}" names no version`);
    }
  }
  for (const name of Object.keys(manifest.peerDependenciesMeta ?? {})) {
    if (!Object.hasOwn(manifest.peerDependencies ?? {}, name)) faults.push(`"peerDependencies.${name}" is missing`);
  }
  return faults;
}

function publicFaults(entry: WorkspacePackage): readonly string[] {
  const { manifest, folder } = entry;
  const faults = ['README.md', 'LICENSE'].filter((file) => !existsSync(join(folder, file))).map((file) => `no ${file}`);
  if (!manifest.keywords?.length) faults.push('"keywords" are missing');
  if (!manifest.files?.includes('dist')) faults.push('"files" must hold "dist"');
  if (manifest.publishConfig?.['access'] !== 'public') faults.push('"publishConfig.access" must be "public"');
  for (const script of ['build', 'test', 'typecheck']) {
    if (!manifest.scripts?.[script]) faults.push(`"scripts.${script}" is missing`);
  }
  return [...faults, ...exportFaults(entry), ...referenceFaults(entry)];
}

/** The source condition is for this workspace only: what is published must say the same without it. */
function exportFaults({ manifest }: WorkspacePackage): readonly string[] {
  const faults: string[] = [];
  const published: Record<string, unknown> = Object.create(null);
  for (const [path, target] of Object.entries(manifest.exports ?? {})) {
    if (typeof target !== 'object' || target === null) {
      published[path] = target;
      continue;
    }
    const { [SOURCE_CONDITION]: source, ...rest } = target as Record<string, unknown>;
    published[path] = rest;
    const conditions = Object.keys(target).join(', ');
    if (conditions !== `${SOURCE_CONDITION}, types, default`) {
      faults.push(`"exports.${path}" must have the conditions ${SOURCE_CONDITION}, types, default, in this order`);
    } else if (typeof source !== 'string' || !source.startsWith('./src/')) {
      faults.push(`"exports.${path}" must point its source condition below ./src/`);
    }
  }
  if (!Object.hasOwn(published, '.')) faults.push('"exports" must have "."');
  if (!isDeepStrictEqual({ ...published }, manifest.publishConfig?.['exports'])) {
    faults.push(`"publishConfig.exports" must be "exports" without ${SOURCE_CONDITION}`);
  }
  return faults;
}

/** `tsc -b` builds in the right order only if tsconfig.json names every sibling that the source imports. */
function referenceFaults({ manifest, folder }: WorkspacePackage): readonly string[] {
  const tsconfig = JSON.parse(readFileSync(join(folder, 'tsconfig.json'), 'utf8')) as {
    readonly references?: readonly { readonly path: string }[];
  };
  const referenced = (tsconfig.references ?? []).map(({ path }) => {
    return (JSON.parse(readFileSync(join(folder, path, 'package.json'), 'utf8')) as { readonly name: string }).name;
  });
  const needed = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  return needed
    .filter((name) => name.startsWith(SCOPE) && !referenced.includes(name))
    .map((name) => `tsconfig.json has no reference to ${name}`);
}
