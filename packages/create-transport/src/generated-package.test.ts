import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CreatedTransport, createTransport } from './create-transport.ts';
import { scratchFolder } from './scratch-folder.fixture.ts';

const packageFolder = join(import.meta.dirname, '..');
/** The store that the guide shows. */
const filledIn = join(packageFolder, '../testkit/src/reference/reference-queue-store.fixture.ts');
const CHILD_MS = 100_000;

let scratch: ReturnType<typeof scratchFolder>;
let created: CreatedTransport;

beforeAll(() => {
  scratch = scratchFolder();
  created = createTransport({ name: 'reference', folder: join(scratch.path, 'generated') });
  // An author's installed packages are built; here they are read from source.
  const conditions = `resolve: { conditions: ['@celeriac/source'] }`;
  writeFileSync(
    join(created.folder, 'vitest.config.js'),
    `export default { ${conditions}, ssr: { ${conditions} } };\n`,
  );
});

afterAll(() => scratch[Symbol.dispose]());

interface Run {
  readonly code: number;
  readonly output: string;
}

/** Runs the command of an installed package in the generated folder. */
async function run(packageName: string, command: string, ...args: readonly string[]): Promise<Run> {
  const require = createRequire(import.meta.url);
  const manifestPath = require.resolve(`${packageName}/package.json`);
  const { bin } = JSON.parse(readFileSync(manifestPath, 'utf8')) as {
    readonly bin: { readonly [name: string]: string };
  };
  const program = join(dirname(manifestPath), bin[command]!);
  try {
    const options = { cwd: created.folder, timeout: CHILD_MS, maxBuffer: 64 * 1024 * 1024 };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, ...args], options);
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: `${stdout}${stderr}` };
  }
}

const typeCheck = (): Promise<Run> =>
  run('typescript', 'tsc', '-p', 'tsconfig.json', '--customConditions', '@celeriac/source');

/** How many conformance cases ended how. */
async function conformance(): Promise<Map<string, number>> {
  const report = join(created.folder, 'report.json');
  const args = ['run', '--reporter=json', `--outputFile=${report}`];
  const { output } = await run('vitest', 'vitest', ...args);
  let tests: { readonly status: string }[];
  try {
    const results = JSON.parse(readFileSync(report, 'utf8')) as { testResults: { assertionResults: typeof tests }[] };
    tests = results.testResults.flatMap((file) => file.assertionResults);
  } catch (cause) {
    throw new Error(`vitest left no report:\n${output}`, { cause });
  }
  return new Map([...Map.groupBy(tests, (test) => test.status)].map(([status, group]) => [status, group.length]));
}

describe('a generated package', () => {
  it('type-checks as it is', { timeout: CHILD_MS }, async () => {
    expect(await typeCheck()).toEqual({ code: 0, output: '' });
  });

  it('fails every conformance case as it is', { timeout: CHILD_MS }, async () => {
    const statuses = await conformance();
    expect([...statuses.keys()]).toEqual(['failed']);
    expect(statuses.get('failed')).toBeGreaterThan(80);
  });

  it('type-checks and passes every conformance case once its eight methods are filled in', {
    timeout: 2 * CHILD_MS,
  }, async () => {
    writeFileSync(join(created.folder, 'src/reference-queue-store.ts'), readFileSync(filledIn));
    expect(await typeCheck()).toEqual({ code: 0, output: '' });
    const statuses = await conformance();
    expect([...statuses.keys()].sort()).toEqual(['passed', 'skipped']);
    expect(statuses.get('passed')).toBeGreaterThan(70);
  });
});
