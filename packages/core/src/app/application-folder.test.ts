import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { Celeriac } from './celeriac.ts';

test('an app finds its configuration beside the module that made it, whatever program runs', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'celeriac-app-folder-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  writeFileSync(join(folder, 'celeriac.config.js'), 'export default { taskDefaultQueue: "from-file" };');
  const celeriac = new URL('./celeriac.ts', import.meta.url).href;
  const source = `import { Celeriac } from ${JSON.stringify(celeriac)};\nexport const app = new Celeriac("p");\n`;
  writeFileSync(join(folder, 'src', 'app.js'), source);
  const module = (await import(pathToFileURL(join(folder, 'src', 'app.js')).href)) as { app: Celeriac };
  expect(module.app.settings.taskDefaultQueue).toBe('from-file');
});
