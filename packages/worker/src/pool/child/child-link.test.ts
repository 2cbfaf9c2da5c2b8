import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

test('a pool process whose parent died while it was being loaded ends, whatever its app holds open', () => {
  const folder = mkdtempSync(join(tmpdir(), 'celeriac-orphan-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const core = pathToFileURL(fileURLToPath(new URL('../../../../core/src/index.ts', import.meta.url)));
  const module = join(folder, 'app.ts');
  const code = `import { Celeriac } from ${JSON.stringify(core.href)};
setInterval(() => {}, 1000);
export const app = new Celeriac('orphan', { configFile: false, environment: {} });
`;
  writeFileSync(module, code);
  const setup = { appModule: pathToFileURL(module).href, exportName: 'app', hostname: 'w@h', concurrency: 1 };
  const entry = fileURLToPath(new URL('./child-entry.ts', import.meta.url));
  // Without a parent that could be heard of, as after its death.
  const args = ['--conditions=@celeriac/source', entry, JSON.stringify(setup)];
  const { status, signal } = spawnSync(process.execPath, args, { timeout: 15_000, stdio: 'ignore' });
  expect([status, signal]).toEqual([0, null]);
});
