import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliStage } from './cli-stage.fixture.ts';
import { APP } from './project.fixture.ts';

let stage: CliStage;

const app = (name: string): string => `new Celeriac('${name}', { broker: 'memory://' })`;
const CORE = "import { Celeriac } from '@celeriac/core';\n";

beforeAll(() => {
  stage = new CliStage();
  stage.write('package.json', '{"type": "module"}');
  stage.write('tasks.ts', `${CORE}export const app: Celeriac = ${app('usual')};`);
  stage.write('compiled.js', `${CORE}export const celery = ${app('compiled')};`);
  stage.write('proj/celery.ts', `${CORE}export default ${app('folder')};`);
  stage.write('lone.ts', `${CORE}export const x = 1;\nexport const mine = ${app('lone')};`);
  stage.write('two.ts', `${CORE}export const one = ${app('one')};\nexport const two = ${app('two')};`);
  stage.write('none.ts', 'export const x = 1; export const y = 2;');
  stage.write('syntax.ts', 'const a = 1;\nexport const b = ;\n');
  stage.write('syntax.js', 'const a = 1;\nexport const b = ;\n');
  stage.write('imports-syntax.ts', "import './syntax.ts';\n");
  stage.write(
    'throws.ts',
    "const limit: number = 1;\n\nthrow new RangeError('no more than ' + limit + '\\nsecond line');\n",
  );
  stage.write('throws-text.ts', "throw 'just text';\n");
  stage.write('needs.ts', "import 'not-installed/deep';\n");
  stage.write('needs-file.ts', "import './not-there.ts';\n");
  stage.write('setting.ts', `${CORE}export const app = new Celeriac('proj', { taks_acks_late: true } as object);`);
  stage.write(
    'enum.ts',
    `${CORE}enum Level { low }\nexport const app: Celeriac = ${app('enum')};\nexport const level = Level.low;`,
  );
  stage.write('js-means-ts.ts', "export { app } from './tasks.js';");
});
afterAll(() => stage.close());

/** The name of the app that `-A target` finds. */
async function nameOf(target: string, ...more: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await stage.run(['-A', target, 'shell', '--eval', 'app.name', ...more]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout.trim();
}

describe('-A finds the app', () => {
  it.each([
    ['tasks', 'usual'],
    ['./tasks.ts', 'usual'],
    ['tasks:app', 'usual'],
    ['compiled.js', 'compiled'],
    ['proj', 'folder'],
    ['lone', 'lone'],
    ['two.ts:two', 'two'],
  ])('%s', async (target, name) => {
    expect(await nameOf(target)).toBe(name);
  });

  it('takes it from CELERY_APP', async () => {
    const { stdout } = await stage.run(['shell', '--eval', 'app.name'], { CELERY_APP: 'tasks' });
    expect(stdout.trim()).toBe('usual');
  });

  it('looks in --workdir', async () => {
    expect(await nameOf('celery', '--workdir', 'proj')).toBe('folder');
  });
});

describe('M40: -A names nothing usable: one line, a hint, no stack trace', () => {
  it.each([
    ['nope', 2, /^celeriac: Cannot find the module "nope"; looked for .*nope\.ts, .*\.$/],
    ['./nope.ts', 2, /^celeriac: Cannot find the module "\.\/nope\.ts"; looked for .*nope\.ts\.$/],
    ['none', 2, /^celeriac: none exports no Celeriac app; its exports are x, y\.$/],
    ['two', 2, /^celeriac: two exports several apps: one, two\.$/],
    ['tasks:ap', 2, /^celeriac: tasks has no export "ap"; its exports are app\.$/],
    ['lone:x', 2, /^celeriac: The export "x" of lone is no Celeriac app\.$/],
    ['syntax', 1, /^celeriac: Syntax error in .*syntax\.ts:2: Expression expected\.$/],
    ['syntax.js', 1, /^celeriac: Syntax error in .*syntax\.js:2: Unexpected token ';'\.$/],
    ['imports-syntax', 1, /^celeriac: Syntax error in .*\/syntax\.ts:2: Expression expected\.$/],
    ['throws', 1, /^celeriac: throws failed while it was loaded \(.*throws\.ts:3\): RangeError: no more than 1\.$/],
    ['throws-text', 1, /^celeriac: throws-text failed while it was loaded: it threw just text\.$/],
    ['needs', 1, /^celeriac: needs imports what does not exist: Cannot find package 'not-installed'.*\.$/],
    ['needs-file', 1, /^celeriac: needs-file imports what does not exist: Cannot find module '.*not-there\.ts'.*\.$/],
  ])('%s', async (target, code, line) => {
    const finished = await stage.run(['-A', target, 'report']);
    const [first, second = ''] = finished.stderr.trimEnd().split('\n');
    expect(first).toMatch(line);
    if (second !== '') expect(second).toMatch(/^hint: \S/);
    expect(finished.stderr).not.toMatch(/\n {4}at /);
    expect(finished.stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
    expect(finished.stdout).toBe('');
    expect(finished.code).toBe(code);
  });

  it('names the command that installs a missing package', async () => {
    expect((await stage.run(['-A', 'needs', 'report'])).stderr).toContain('hint: Run: npm install not-installed\n');
  });

  it('shows the stack trace with --debug', async () => {
    expect((await stage.run(['-A', 'throws', 'report', '--debug'])).stderr).toMatch(/throws\.ts:3:7/);
  });

  it('reports as JSON', async () => {
    const { stderr } = await stage.run(['-A', 'tasks:ap', 'report', '--json']);
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: 'CLR_APP_LOAD',
        message: 'tasks has no export "ap"; its exports are app.',
        hint: 'Did you mean app?',
      },
    });
  });

  it('refuses a working directory that is not there', async () => {
    const { code, stderr } = await stage.run([...APP, '--workdir', 'nowhere', 'report']);
    expect(stderr).toMatch(/^celeriac: The working directory .*nowhere does not exist\.\n$/);
    expect(code).toBe(2);
  });
});

describe('TypeScript that only tsx can run', () => {
  it.each([
    ['enum', 'enum'],
    ['js-means-ts', 'usual'],
  ])('%s is run by tsx', async (target, name) => {
    expect(await nameOf(target)).toBe(name);
  });
});
