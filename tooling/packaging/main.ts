// Packs every publishable package, checks the tarballs, installs the demo's pieces from them and runs it. Needs the
// package registry. Run: npm run packaging
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type CommandOptions, runCommand } from '../process/run-command.ts';
import { runTurbo } from '../turbo/run-turbo.ts';
import { publishablePackages, repositoryRoot } from '../workspace/workspace-packages.ts';
import { checkTarball } from './check-tarball.ts';
import { consumerOf, writeConsumer } from './consumer.ts';
import { packPackages, readManifest, readTarball } from './pack-packages.ts';
import { pruneOutputs } from './prune-outputs.ts';
import { Steps } from './steps.ts';

// The floor that every package names in "engines".
const OLDEST_NODE = '22.18.0';
// A strict project that checks declarations too, so that one which cannot be resolved does not pass as `any`.
const TSC_OPTIONS =
  '--noEmit --strict --skipLibCheck false --module nodenext --target es2023 --lib es2024,esnext.disposable --types node';
const DEMO_TIMEOUT_MS = 120_000;

const bin = (name: string): string => join(repositoryRoot, 'node_modules/.bin', name);
const scratch = mkdtempSync(join(tmpdir(), 'celeriac-packaging-'));
const steps = new Steps();
const packages = publishablePackages();
const demo = join(repositoryRoot, 'apps/demo');

const expectZero = async (
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<readonly string[]> => {
  const { code, output, leftProcesses } = await runCommand(command, args, options);
  const title = `${command} ${args.join(' ')}`;
  if (code !== 0) return [`${title} ended with ${code}`, output];
  return leftProcesses ? [`${title} left processes running`, output] : [];
};

async function checkTarballs(tarballs: ReadonlyMap<string, string>): Promise<void> {
  for (const entry of packages) {
    const { name } = entry.manifest;
    const tarball = tarballs.get(name) as string;
    await steps.run(`${name}: contents`, async () => checkTarball(await readTarball(entry, tarball)));
    await steps.run(`${name}: publint`, () =>
      expectZero(bin('publint'), ['run', tarball, '--strict'], { cwd: scratch }),
    );
    await steps.run(`${name}: types`, () =>
      expectZero(bin('attw'), [tarball, '--profile', 'esm-only', '--no-emoji', '--format', 'ascii'], { cwd: scratch }),
    );
  }
}

async function checkConsumer(
  manager: 'npm' | 'pnpm',
  tarballs: ReadonlyMap<string, string>,
  oldNode: string,
): Promise<void> {
  const folder = join(scratch, `with-${manager}`);
  const { dependencies = {}, ...base } = readManifest(demo);
  const installed = await steps.run(`${manager} installs the demo's pieces from tarballs`, async () => {
    writeConsumer(folder, consumerOf(dependencies, tarballs), base);
    return install(manager, folder);
  });
  if (!installed) return;
  writeFileSync(join(folder, 'import-all.js'), importsOf(Object.keys(dependencies)));
  for (const file of ['pools.js', 'pools-app.js'])
    cpSync(join(import.meta.dirname, 'consumer', file), join(folder, file));
  const hasDemo = existsSync(join(demo, 'dist/main.js'));
  if (hasDemo) cpSync(join(demo, 'dist'), join(folder, 'dist'), { recursive: true });
  for (const [version, node] of [[OLDEST_NODE, oldNode] as const, [process.versions.node, process.execPath] as const]) {
    const title = `${manager}, Node ${version}`;
    const options = { cwd: folder, nodeFolder: dirname(node), timeoutMs: DEMO_TIMEOUT_MS };
    const command = join(folder, 'node_modules/.bin/celeriac');
    await steps.run(`${title}: every piece can be imported`, () => expectZero(node, ['import-all.js'], options));
    await steps.run(`${title}: the command starts`, () => expectZero(command, ['--help'], options));
    await steps.run(`${title}: tasks run in child processes and threads, under leases`, () =>
      expectZero(node, ['pools.js'], options),
    );
    if (!hasDemo) continue;
    const urls = [`sqlite:///${join(folder, `demo-${version}.db`)}`, 'memory://'];
    await steps.run(`${title}: the demo gives one answer on SQLite and in memory`, () =>
      demoFaults(node, urls, options),
    );
  }
}

/** Runs the demo once per URL; all runs must end well and print the same answer. */
async function demoFaults(node: string, urls: readonly string[], options: CommandOptions): Promise<readonly string[]> {
  const files = join(repositoryRoot, 'tooling');
  const answers = new Set<string>();
  for (const url of urls) {
    const args = ['dist/main.js', '--files', files, '--broker', url, '--backend', url, '--json'];
    const run = await runCommand(node, args, options);
    if (run.code !== 0) return [`${args.join(' ')} ended with ${run.code}`, run.output];
    if (run.leftProcesses) return [`${args.join(' ')} left processes running`, run.output];
    answers.add(run.stdout);
  }
  const [answer] = answers;
  return answers.size === 1 && answer ? [] : ['the answers differ:', ...answers];
}

/** All packages side by side, in JavaScript and as a TypeScript project sees them. */
async function checkEveryPackage(tarballs: ReadonlyMap<string, string>): Promise<void> {
  const folder = join(scratch, 'everything');
  const names = [...tarballs.keys()];
  const nodeTypes = readManifest(repositoryRoot).devDependencies?.['@types/node'] ?? '*';
  const installed = await steps.run('npm installs every package from tarballs', async () => {
    const all = { ...Object.fromEntries(names.map((name) => [name, 'workspace:^'])), '@types/node': nodeTypes };
    writeConsumer(folder, consumerOf(all, tarballs));
    return install('npm', folder);
  });
  if (!installed) return;
  for (const extension of ['js', 'ts']) writeFileSync(join(folder, `import-all.${extension}`), importsOf(names));
  await steps.run('every package can be imported', () =>
    expectZero(process.execPath, ['import-all.js'], { cwd: folder }),
  );
  await steps.run('every declaration can be read by a TypeScript project', async () => {
    const args = [...TSC_OPTIONS.split(' '), 'import-all.ts'];
    return expectZero(bin('tsc'), args, { cwd: folder });
  });
}

function install(manager: 'npm' | 'pnpm', folder: string): Promise<readonly string[]> {
  if (manager === 'npm') return expectZero('npm', ['install', '--no-audit', '--no-fund'], { cwd: folder });
  return expectZero(bin('pnpm'), ['install', '--no-frozen-lockfile'], { cwd: folder });
}

function importsOf(names: readonly string[]): string {
  return `${names.map((name) => `await import('${name}');`).join('\n')}\n`;
}

async function main(): Promise<void> {
  const built = await steps.run('build', async () =>
    runTurbo(['run', 'build', '--filter=./packages/**', '--filter=./apps/demo', '--output-logs=errors-only']) === 0
      ? []
      : ['see above'],
  );
  if (!built) return;
  for (const { folder, manifest } of packages) pruneOutputs(folder, manifest);
  pruneOutputs(demo);
  let tarballs: ReadonlyMap<string, string> = new Map();
  const destination = join(scratch, 'tarballs');
  mkdirSync(destination);
  const packed = await steps.run('pack', async () => {
    tarballs = await packPackages(packages, destination);
    return [];
  });
  if (!packed) return;
  await checkTarballs(tarballs);
  const oldNode = join(scratch, 'node/node_modules/node/bin/node');
  await steps.run(`Node ${OLDEST_NODE} can be had`, async () => {
    mkdirSync(join(scratch, 'node'));
    writeFileSync(join(scratch, 'node/package.json'), '{ "private": true }');
    return expectZero('npm', ['install', '--no-audit', '--no-fund', `node@${OLDEST_NODE}`], {
      cwd: join(scratch, 'node'),
    });
  });
  await checkConsumer('npm', tarballs, oldNode);
  await checkConsumer('pnpm', tarballs, oldNode);
  await checkEveryPackage(tarballs);
}

try {
  await main();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(`${steps.passed} passed, ${steps.failed} failed`);
process.exitCode = steps.failed > 0 ? 1 : 0;
