import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for one test; removed at its end. */
export interface ScratchFolder extends Disposable {
  readonly path: string;
  file(name?: string): string;
  /** The URL of a database file in it. */
  url(name?: string): string;
}

export function scratchFolder(): ScratchFolder {
  const path = mkdtempSync(join(tmpdir(), 'celeriac-sql-'));
  const file = (name = 'test.db'): string => join(path, name);
  return {
    path,
    file,
    url: (name) => `sqlite:///${file(name)}`,
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
