import { globSync, rmSync } from 'node:fs';
import { isAbsolute, join, posix } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';
import type { Manifest } from '../workspace/workspace-packages.ts';
import { entryModules } from './entry-modules.ts';

/** Where what several entries share stands, below dist/. */
export const CHUNK_FOLDER = 'chunks';
/** Stands for `import.meta.url` until it is known in which file a module ends. */
const MODULE_URL = /__celeriacModuleUrl\("([^"]+)"\)/g;

/**
 * Writes the JavaScript of a package to its dist/: few large files instead of one for each module, since every file costs
 * a program that starts a fraction of a millisecond to find, read and compile. Other packages stay imports.
 * @param folder - the package's folder, absolute
 * @returns the files written, relative to dist/
 */
export async function bundlePackage(folder: string, manifest: Manifest): Promise<readonly string[]> {
  const source = join(folder, 'src');
  const entries = entryModules(manifest);
  const build = await rolldown({
    cwd: folder,
    input: Object.fromEntries(entries.map((entry) => [entry, join(source, `${entry}.ts`)])),
    platform: 'node',
    external: (id, importer) => importer !== undefined && isOfOthers(id, manifest.name),
    // The same as tsc's: nothing newer than what the oldest supported Node understands.
    transform: { target: 'es2023' },
    treeshake: { moduleSideEffects: true },
    plugins: [moduleUrls(source)],
    onLog: (level, log) => {
      if (level === 'warn') throw new Error(`${manifest.name}: ${log.message}`);
    },
  });
  try {
    for (const stale of globSync('dist/**/*.{js,js.map}', { cwd: folder })) rmSync(join(folder, stale));
    const { output } = await build.write({
      dir: join(folder, 'dist'),
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: `${CHUNK_FOLDER}/[name].js`,
      // Errors are named after their classes.
      keepNames: true,
      sourcemap: true,
    });
    return output.map(({ fileName }) => fileName).sort();
  } finally {
    await build.close();
  }
}

/** @throws {Error} where the source uses syntax that is compiled to calls of a package nobody installs, such as `using` */
function isOfOthers(id: string, name: string): boolean {
  if (id.startsWith('@oxc-project/runtime/')) {
    throw new Error(`${name} uses syntax that needs a helper (${id.split('/').at(-1)}): write it without`);
  }
  return !id.startsWith('.') && !isAbsolute(id);
}

/** Modules keep the `import.meta.url` that they would have as files of their own, wherever their code ends. */
function moduleUrls(source: string): Plugin {
  return {
    name: 'module-urls',
    transform(code, id) {
      if (!id.startsWith(source) || !code.includes('import.meta.url')) return null;
      const file = id
        .slice(source.length + 1)
        .replaceAll('\\', '/')
        .replace(/\.ts$/, '.js');
      return { code: code.replaceAll('import.meta.url', `__celeriacModuleUrl(${JSON.stringify(file)})`), map: null };
    },
    renderChunk(code, chunk) {
      if (!code.includes('__celeriacModuleUrl')) return null;
      const here = posix.dirname(chunk.fileName);
      // A module that is a file of its own keeps the query that it was loaded with.
      const urlOf = (_call: string, file: string): string =>
        file === chunk.fileName
          ? 'import.meta.url'
          : `new URL(${JSON.stringify(relativeTo(here, file))}, import.meta.url).href`;
      return { code: code.replace(MODULE_URL, urlOf), map: null };
    },
  };
}

function relativeTo(folder: string, file: string): string {
  const path = posix.relative(folder, file);
  return path.startsWith('.') ? path : `./${path}`;
}
