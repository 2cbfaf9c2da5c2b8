// Packs every publishable package, checks the tarballs, installs the demo's pieces from them and runs it. Needs the
// package registry. Run: npm run packaging
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runTurbo } from '../turbo/run-turbo.ts';
import { publishablePackages, repositoryRoot } from '../workspace/workspace-packages.ts';
import { checkTarball } from './check-tarball.ts';
import { runCommand } from './command.ts';
import { consumerOf, writeConsumer } from './consumer.ts';
import { packPackages, readManifest, readTarball } from './pack-packages.ts';
import { Steps } from './steps.ts';

// The floor that every package names in "engines".
const OLDEST_NODE = '22.18.0';

const bin = (name: string): string => join(repositoryRoot, 'node_modules/.bin', name);
const scratch = mkdtempSync(join(tmpdir(), 'celeriac-packaging-'));
const steps = new Steps();
const packages = publishablePackages();
const demo = join(repositoryRoot, 'apps/demo');

const expectZero = (command: string, args: readonly string[], cwd: string, node?: string): readonly string[] => {
  const { code, output } = runCommand(command, args, cwd, node);
  return code === 0 ? [] : [`${command} ${args.join(' ')} ended with ${code}`, output];
};

function checkTarballs(tarballs: ReadonlyMap<string, string>): void {
  for (const entry of packages) {
    const { name } = entry.manifest;
    const tarball = tarballs.get(name) as string;
    steps.run(`${name}: contents`, () => checkTarball(readTarball(entry, tarball)));
    steps.run(`${name}: publint`, () => expectZero(bin('publint'), ['run', tarball, '--strict'], scratch));
    steps.run(`${name}: types`, () =>
      expectZero(bin('attw'), [tarball, '--profile', 'esm-only', '--no-emoji', '--format', 'ascii'], scratch),
    );
  }
}

function checkConsumer(manager: 'npm' | 'pnpm', tarballs: ReadonlyMap<string, string>, oldNode: string): void {
  const folder = join(scratch, `with-${manager}`);
  const { dependencies = {}, ...base } = readManifest(demo);
  const installed = steps.run(`${manager} installs the demo's pieces from tarballs`, () => {
    writeConsumer(folder, consumerOf(dependencies, tarballs), base);
    return install(manager, folder);
  });
  if (!installed) return;
  writeFileSync(join(folder, 'import-all.js'), importsOf(Object.keys(dependencies)));
  const hasDemo = existsSync(join(demo, 'dist/main.js'));
  if (hasDemo) cpSync(join(demo, 'dist'), join(folder, 'dist'), { recursive: true });
  for (const [version, node] of [[OLDEST_NODE, oldNode] as const, [process.versions.node, process.execPath] as const]) {
    const title = `${manager}, Node ${version}`;
    steps.run(`${title}: every piece can be imported`, () => expectZero(node, ['import-all.js'], folder));
    steps.run(`${title}: the command starts`, () => {
      return expectZero(join(folder, 'node_modules/.bin/celeriac'), ['--help'], folder, dirname(node));
    });
    if (hasDemo) steps.run(`${title}: the demo runs`, () => expectZero(node, demoArguments(folder, version), folder));
  }
}

function demoArguments(folder: string, version: string): readonly string[] {
  const database = `sqlite:///${join(folder, `demo-${version}.db`)}`;
  const files = join(repositoryRoot, 'tooling');
  return ['dist/main.js', '--files', files, '--broker', database, '--backend', database];
}

/** All packages side by side, in JavaScript and as a TypeScript project sees them. */
function checkEveryPackage(tarballs: ReadonlyMap<string, string>): void {
  const folder = join(scratch, 'everything');
  const names = [...tarballs.keys()];
  const nodeTypes = readManifest(repositoryRoot).devDependencies?.['@types/node'] ?? '*';
  const installed = steps.run('npm installs every package from tarballs', () => {
    const all = { ...Object.fromEntries(names.map((name) => [name, 'workspace:^'])), '@types/node': nodeTypes };
    writeConsumer(folder, consumerOf(all, tarballs));
    return install('npm', folder);
  });
  if (!installed) return;
  for (const extension of ['js', 'ts']) writeFileSync(join(folder, `import-all.${extension}`), importsOf(names));
  steps.run('every package can be imported', () => expectZero(process.execPath, ['import-all.js'], folder));
  steps.run('every declaration can be read by a TypeScript project', () => {
    const options = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--lib',
      'es2024,esnext.disposable',
    ];
    return expectZero(bin('tsc'), [...options, '--types', 'node', '--skipLibCheck', 'false', 'import-all.ts'], folder);
  });
}

function install(manager: 'npm' | 'pnpm', folder: string): readonly string[] {
  if (manager === 'npm') return expectZero('npm', ['install', '--no-audit', '--no-fund'], folder);
  return expectZero(bin('pnpm'), ['install', '--no-frozen-lockfile'], folder);
}

function importsOf(names: readonly string[]): string {
  return `${names.map((name) => `await import('${name}');`).join('\n')}\n`;
}

function main(): void {
  const built = steps.run('build', () =>
    runTurbo(['run', 'build', '--output-logs=errors-only']) === 0 ? [] : ['see above'],
  );
  if (!built) return;
  let tarballs: ReadonlyMap<string, string> = new Map();
  const destination = join(scratch, 'tarballs');
  mkdirSync(destination);
  const packed = steps.run('pack', () => {
    tarballs = packPackages(packages, destination);
    return [];
  });
  if (!packed) return;
  checkTarballs(tarballs);
  const oldNode = join(scratch, 'node/node_modules/node/bin/node');
  steps.run(`Node ${OLDEST_NODE} can be had`, () => {
    mkdirSync(join(scratch, 'node'));
    writeFileSync(join(scratch, 'node/package.json'), '{ "private": true }');
    return expectZero('npm', ['install', '--no-audit', '--no-fund', `node@${OLDEST_NODE}`], join(scratch, 'node'));
  });
  checkConsumer('npm', tarballs, oldNode);
  checkConsumer('pnpm', tarballs, oldNode);
  checkEveryPackage(tarballs);
}

try {
  main();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(`${steps.passed} passed, ${steps.failed} failed`);
process.exitCode = steps.failed > 0 ? 1 : 0;
