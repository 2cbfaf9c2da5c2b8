import { fileURLToPath } from 'node:url';

/**
 * The place that a line consists of, as Node writes it above an excerpt of source.
 * @returns `/app/tasks.ts:3`; undefined for any other line
 */
export function sourcePlace(line: string): string | undefined {
  const [, path, number] = /^(.+):(\d+)$/.exec(line.trim()) ?? [];
  return path === undefined || number === undefined ? undefined : `${filePath(path)}:${number}`;
}

/** The path of a path or a file URL. */
export function filePath(path: string): string {
  return path.startsWith('file:') ? fileURLToPath(path) : path;
}
