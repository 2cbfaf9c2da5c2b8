import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const index = new URL('./index.ts', import.meta.url).href;

test('importing the package loads no web server: that takes longer than all the rest', () => {
  const script = `
    await import(${JSON.stringify(index)});
    console.log(JSON.stringify(process.moduleLoadList.filter((name) => /_http_server|undici/.test(name))));`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=@celeriac/source', '--input-type=module', '-e', script],
    { encoding: 'utf8', timeout: 20_000, cwd: fileURLToPath(new URL('..', import.meta.url)) },
  );
  expect([stdout.trim(), stderr]).toEqual(['[]', '']);
});
