import { readdir } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';

const SKIPPED = new Set(['node_modules', 'dist', 'coverage']);
const TEXT = new Set([
  '.ts',
  '.tsx',
  '.js',
  '.mjs',
  '.json',
  '.jsonc',
  '.md',
  '.txt',
  '.yaml',
  '.yml',
  '.html',
  '.css',
  '.py',
  '.sh',
  '.toml',
]);

/**
 * The text and source files below a folder, as paths relative to it, in a fixed order.
 * @throws when the folder cannot be read
 */
export async function textFiles(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  await collect(folder, folder, found);
  return found.sort();
}

async function collect(root: string, folder: string, found: string[]): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.') || SKIPPED.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await collect(root, path, found);
    else if (entry.isFile() && TEXT.has(extname(entry.name))) found.push(relative(root, path));
  }
}
