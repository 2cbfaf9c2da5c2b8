import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The fields of a package.json that the checks read. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly license?: string;
  readonly type?: string;
  readonly repository?: unknown;
  readonly engines?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly files?: readonly string[];
  readonly publishConfig?: Readonly<Record<string, unknown>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly celeriac?: {
    /** The servers that its tests need; see tooling/services. */
    readonly services?: readonly string[];
    readonly installs?: readonly string[];
    /** Modules that it starts as processes and threads, `./src/…`; see tooling/bundle. */
    readonly entries?: readonly string[];
  };
}

/** A package of the workspace. */
export interface WorkspacePackage {
  /** Absolute folder. */
  readonly folder: string;
  /** Folder relative to the workspace root, with forward slashes: `packages/transports/sql`. */
  readonly path: string;
  readonly manifest: Manifest;
}

/** The root of this repository. */
export const repositoryRoot: string = fileURLToPath(new URL('../..', import.meta.url));

/** Every package that pnpm-workspace.yaml names, sorted by path. */
export function workspacePackages(root: string = repositoryRoot): readonly WorkspacePackage[] {
  const patterns = workspacePatterns(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8'));
  const folders = patterns.flatMap((pattern) => globSync(pattern, { cwd: root }));
  return [...new Set(folders)]
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => readPackage(root, resolve(root, folder)))
    .sort((left, right) => left.path.localeCompare(right.path, 'en'));
}

/** The packages that go to the registry. */
export function publishablePackages(root: string = repositoryRoot): readonly WorkspacePackage[] {
  return workspacePackages(root).filter((entry) => entry.manifest.private !== true);
}

/** The list under `packages:` of a pnpm-workspace.yaml. */
function workspacePatterns(yaml: string): readonly string[] {
  const patterns: string[] = [];
  let inside = false;
  for (const line of yaml.split('\n')) {
    if (/^\S/.test(line)) inside = line.startsWith('packages:');
    const item = /^\s+-\s+(.+?)\s*$/.exec(line);
    if (inside && item) patterns.push((item[1] as string).replace(/^(['"])(.*)\1$/, '$2'));
  }
  return patterns;
}

function readPackage(root: string, folder: string): WorkspacePackage {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  return { folder, path: relative(root, folder).replaceAll('\\', '/'), manifest };
}
