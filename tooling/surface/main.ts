// Writes the public surface of every package, or with --check compares it. Run: npm run surface
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { runTurbo } from '../turbo/run-turbo.ts';
import { publishablePackages } from '../workspace/workspace-packages.ts';
import { packageSurface } from './package-surface.ts';
import { surfaceReport } from './surface-report.ts';

const folder = join(import.meta.dirname, 'reports');
const isCheck = process.argv.includes('--check');
if (runTurbo(['run', 'build', '--filter=./packages/**', '--output-logs=errors-only']) !== 0) process.exit(1);
const reports = new Map(
  publishablePackages().map((entry) => {
    const { name } = entry.manifest;
    return [`${name.replace('@celeriac/', '')}.md`, surfaceReport(name, packageSurface(entry))];
  }),
);

const stale = globSync('*.md', { cwd: folder }).filter((file) => !reports.has(basename(file)));
const changed = [...reports].filter(([file, text]) => {
  const path = join(folder, file);
  return !existsSync(path) || readFileSync(path, 'utf8') !== text;
});

if (isCheck) {
  for (const file of [...stale, ...changed.map(([name]) => name)])
    console.log(`fail [surface] ${file} is not up to date`);
  if (stale.length + changed.length > 0) {
    console.log('Run npm run surface, look at the difference, and add a changeset.');
    process.exitCode = 1;
  }
} else {
  mkdirSync(folder, { recursive: true });
  for (const file of stale) rmSync(join(folder, file));
  for (const [file, text] of changed) writeFileSync(join(folder, file), text);
}
console.log(`${reports.size} packages: ${changed.length} reports ${isCheck ? 'differ' : 'written'}`);
