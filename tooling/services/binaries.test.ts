import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBinaries } from './binaries.ts';

const folder = mkdtempSync(join(tmpdir(), 'binaries-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('findBinaries', () => {
  beforeAll(() => {
    for (const version of ['9', '15']) mkdirSync(join(folder, version, 'bin'), { recursive: true });
    for (const path of ['9/bin/x-server', '15/bin/x-server', '9/bin/x-old']) {
      writeFileSync(join(folder, path), '', { mode: 0o755 });
    }
    writeFileSync(join(folder, '15/bin/x-text'), '', { mode: 0o644 });
  });
  const find = (...candidates: readonly string[]): ReturnType<typeof findBinaries> =>
    findBinaries({ packages: [], binaries: { it: candidates } }, `${join(folder, '9/bin')}:relative`);

  it('takes the highest version of a path with a star', () => {
    expect(find(`${folder}/*/bin/x-server`)).toEqual({ found: { it: join(folder, '15/bin/x-server') }, missing: [] });
  });

  it('looks on the PATH, and takes the next candidate when one is missing', () => {
    expect(find(`${folder}/*/bin/x-none`, 'x-old').found).toEqual({ it: join(folder, '9/bin/x-old') });
  });

  it('names what is missing, and does not count what cannot be run', () => {
    expect(find(`${folder}/*/bin/x-text`, 'x-text')).toEqual({ found: {}, missing: ['x-text'] });
  });
});
