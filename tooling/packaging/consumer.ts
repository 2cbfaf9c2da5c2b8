import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../workspace/workspace-packages.ts';

/** A project outside the workspace that installs packed packages. */
export interface Consumer {
  readonly dependencies: Readonly<Record<string, string>>;
  /** Every packed package, so that those needed indirectly come from tarballs as well. */
  readonly overrides: Readonly<Record<string, string>>;
}

/**
 * Turns the dependencies of a workspace package into those of a project that knows only tarballs and the registry.
 * @throws {Error} if a sibling was not packed
 */
export function consumerOf(
  dependencies: Readonly<Record<string, string>>,
  tarballs: ReadonlyMap<string, string>,
): Consumer {
  const entries = Object.entries(dependencies).map(([name, range]) => {
    if (!range.startsWith('workspace:')) return [name, range] as const;
    const tarball = tarballs.get(name);
    if (tarball === undefined) throw new Error(`${name} was not packed`);
    return [name, `file:${tarball}`] as const;
  });
  const overrides = [...tarballs].map(([name, tarball]) => [name, `file:${tarball}`] as const);
  return { dependencies: Object.fromEntries(entries), overrides: Object.fromEntries(overrides) };
}

/** Writes package.json and pnpm-workspace.yaml of a consumer; both package managers find their overrides there. */
export function writeConsumer(folder: string, consumer: Consumer, base: Partial<Manifest> = {}): void {
  mkdirSync(folder, { recursive: true });
  const { devDependencies, scripts, ...rest } = base;
  const manifest = { name: 'consumer', version: '0.0.0', ...rest, private: true, type: 'module', ...consumer };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const overrides = Object.entries(consumer.overrides).map(([name, spec]) => `  '${name}': '${spec}'`);
  // Database drivers come with prebuilt binaries: their install scripts have nothing to do.
  const yaml = ['overrides:', ...overrides, 'allowBuilds:', '  better-sqlite3: false', ''].join('\n');
  writeFileSync(join(folder, 'pnpm-workspace.yaml'), yaml);
}
