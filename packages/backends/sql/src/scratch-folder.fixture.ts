import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for one test; remove it at its end. */
export interface ScratchFolder extends Disposable {
  readonly path: string;
  /** The URL of a database file in it. */
  url(name?: string): string;
}

export function scratchFolder(): ScratchFolder {
  const path = mkdtempSync(join(tmpdir(), 'celeriac-sql-'));
  return {
    path,
    url: (name = 'results.db') => `sqlite:///${join(path, name)}`,
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
