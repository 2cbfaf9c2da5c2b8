// Runs on any Node >= 18: makes node_modules match pnpm-lock.yaml, then leaves.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = `${root}node_modules/.setup-stamp`;
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const want = createHash('sha256');
for (const file of ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml']) want.update(readFileSync(root + file));
const key = want.digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== key) {
  const install = spawnSync('npx', ['-y', manifest.packageManager, 'install', '--frozen-lockfile'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, CI: process.env.CI ?? '1' },
  });
  if (install.status !== 0) process.exit(install.status ?? 1);
  writeFileSync(stamp, key);
}
