import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const EXTENSIONS: readonly string[] = ['.ts', '.mts', '.js', '.mjs'];

/**
 * The modules named `relatedName` in some folders: `tasks.ts`, or `tasks/index.ts`.
 * @param patterns - folders, from the application's; `*` stands for any one folder name, `**` for any number of them
 * @returns absolute paths, sorted, each once
 * @see celery/loaders/base.py find_related_module
 */
export function findTaskModules(patterns: readonly string[], relatedName: string, folder: string): readonly string[] {
  const found = new Set<string>();
  for (const pattern of patterns) {
    for (const match of foldersOf(
      pattern.split(/[\\/]+/).filter((part) => part !== '' && part !== '.'),
      rootOf(pattern, folder),
    )) {
      const module = moduleIn(match, relatedName);
      if (module !== undefined) found.add(module);
    }
  }
  return [...found].sort();
}

function rootOf(pattern: string, folder: string): string {
  return /^[\\/]/.test(pattern) ? '/' : resolve(folder);
}

function foldersOf(parts: readonly string[], root: string): readonly string[] {
  const [part, ...rest] = parts;
  if (part === undefined) return existsSync(root) ? [root] : [];
  if (part === '**')
    return [...foldersOf(rest, root), ...subfolders(root).flatMap((name) => foldersOf(parts, join(root, name)))];
  if (!part.includes('*')) return foldersOf(rest, join(root, part));
  const expression = new RegExp(`^${part.split('*').map(literal).join('.*')}$`);
  return subfolders(root)
    .filter((name) => expression.test(name))
    .flatMap((name) => foldersOf(rest, join(root, name)));
}

function subfolders(folder: string): readonly string[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'))
    .map((entry) => entry.name);
}

function moduleIn(folder: string, name: string): string | undefined {
  const candidates = [
    ...EXTENSIONS.map((extension) => join(folder, `${name}${extension}`)),
    ...EXTENSIONS.map((extension) => join(folder, name, `index${extension}`)),
  ];
  return candidates.find((path) => existsSync(path));
}

function literal(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
}
