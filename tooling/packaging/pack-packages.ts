import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../process/run-command.ts';
import { type Manifest, repositoryRoot, type WorkspacePackage } from '../workspace/workspace-packages.ts';
import type { Packed } from './check-tarball.ts';

/**
 * Packs packages as they would be published.
 * @returns the path of each tarball by package name
 * @throws {Error} with the output of pnpm if a package cannot be packed
 */
export async function packPackages(
  packages: readonly WorkspacePackage[],
  destination: string,
): Promise<ReadonlyMap<string, string>> {
  const tarballs = new Map<string, string>();
  for (const { folder, manifest } of packages) {
    const pnpm = join(repositoryRoot, 'node_modules/.bin/pnpm');
    const { code, output } = await runCommand(pnpm, ['pack', '--pack-destination', destination], { cwd: folder });
    if (code !== 0) throw new Error(`pnpm pack failed for ${manifest.name}:\n${output}`);
    const file = `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`;
    tarballs.set(manifest.name, join(destination, file));
  }
  return tarballs;
}

/** Lists a tarball of this repository. */
export async function readTarball(entry: WorkspacePackage, tarball: string): Promise<Packed> {
  const list = await runCommand('tar', ['-tzf', tarball], { cwd: repositoryRoot });
  const manifest = await runCommand('tar', ['-xzOf', tarball, 'package/package.json'], { cwd: repositoryRoot });
  if (list.code !== 0 || manifest.code !== 0) throw new Error(`${tarball} cannot be read:\n${list.output}`);
  return {
    files: list.output
      .trim()
      .split('\n')
      .map((line) => line.replace(/^package\//, '')),
    manifest: JSON.parse(manifest.output) as Manifest,
    sources: globSync('src/**/*.ts', { cwd: entry.folder }).map((path) => path.replaceAll('\\', '/')),
  };
}

/** The manifest of a package as it stands on disk now. */
export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}
