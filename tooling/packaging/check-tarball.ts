import { CHUNK_FOLDER } from '../bundle/bundle-package.ts';
import { entryModules } from '../bundle/entry-modules.ts';
import type { Manifest } from '../workspace/workspace-packages.ts';

/** What stands in a packed package. */
export interface Packed {
  /** Paths inside the package, without the leading `package/`. */
  readonly files: readonly string[];
  /** The package.json as packed. */
  readonly manifest: Manifest;
  /** Paths of the sources that the package is built from, below the package's folder. */
  readonly sources: readonly string[];
}

const REQUIRED = ['package.json', 'README.md', 'LICENSE'];
const PRIVATE = /(?:^|\/)\.[^/]|\.(?:tsbuildinfo|test\.[a-z.]+|test-d\.[a-z.]+|fixture\.[a-z.]+)$/;

/** Checks what users get: nothing missing, nothing private, nothing left over from files that are gone. */
export function checkTarball({ files, manifest, sources }: Packed): readonly string[] {
  const entries = entryModules(manifest);
  const started = (manifest.celeriac?.entries ?? []).map((path) => path.replace(/^\.\/src\/(.+)\.ts$/, 'dist/$1.js'));
  const faults = [...REQUIRED, ...promisedFiles(manifest), ...started]
    .filter((path) => !files.includes(path))
    .map((path) => `${path} is missing`);
  for (const file of files) {
    if (PRIVATE.test(file)) {
      if (!file.startsWith('template/')) faults.push(`${file} must not be published`);
      continue;
    }
    const built = /^dist\/(.+?)\.(?:js|d\.ts)$/.exec(file);
    if (built === null || file.startsWith(`dist/${CHUNK_FOLDER}/`)) continue;
    if (!sources.includes(`src/${built[1]}.ts`)) faults.push(`${file} has no source any more`);
    else if (file.endsWith('.js') && !entries.includes(built[1]!)) faults.push(`${file} is not bundled`);
  }
  const text = JSON.stringify(manifest);
  if (text.includes('workspace:')) faults.push('package.json still says "workspace:"');
  if (JSON.stringify(manifest.exports ?? {}).includes('@celeriac/source')) {
    faults.push('package.json still exports the source condition');
  }
  return faults;
}

/** Every file that `exports` and `bin` point to. */
function promisedFiles(manifest: Manifest): readonly string[] {
  const targets = Object.values(manifest.exports ?? {}).flatMap((target) =>
    typeof target === 'object' && target !== null ? Object.values(target as Record<string, unknown>) : [target],
  );
  return [...targets, ...Object.values(manifest.bin ?? {})]
    .filter((target) => typeof target === 'string' && !target.includes('*'))
    .map((target) => (target as string).replace(/^\.\//, ''));
}
