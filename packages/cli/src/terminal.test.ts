import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliStage, TERMINAL } from './cli-stage.fixture.ts';
import { APP, projectStage } from './project.fixture.ts';

let stage: CliStage;

beforeAll(() => {
  stage = projectStage();
});
afterAll(() => stage.close());

const hasTerminal = spawnSync(TERMINAL, ['--version']).status === 0;

describe.skipIf(!hasTerminal)('on a terminal (needs util-linux "script")', () => {
  it.each([
    ['y\r', /Dropped 1 message of celery\./, 0],
    ['n\r', /Nothing was dropped\./, 1],
    ['\u0003', /Nothing was dropped\./, 1],
    ['\u0004', /Nothing was dropped\./, 1],
  ])('purge asks first: %j', async (keys, answer, code) => {
    await stage.run([...APP, 'purge', '-f']);
    await stage.run([...APP, 'call', 'proj.add', '--args', '[1, 2]']);
    const purge = stage.startOnTerminal([...APP, 'purge']);
    await purge.output(/Drop 1 message of celery\? .*\[y\/N\]/);
    purge.type(keys);
    const finished = await purge.exit;
    expect(finished.stdout).toMatch(answer);
    expect(finished.code).toBe(code);
  });

  it('gives a prompt with the app', async () => {
    const shell = stage.startOnTerminal([...APP, 'shell']);
    await shell.output(/proj> /);
    shell.type('await Promise.resolve(add.name + "!")\r');
    await shell.output(/'proj\.add!'/);
    shell.type('.exit\r');
    expect((await shell.exit).code).toBe(0);
  });

  it('shows errors in colour, unless told not to', async () => {
    expect((await stage.startOnTerminal(['wroker']).exit).stdout).toContain('\u001b[31mceleriac:');
    expect((await stage.startOnTerminal(['wroker', '--no-color']).exit).stdout).not.toContain('\u001b[31m');
  });

  it('does not obey terminal controls in a result', async () => {
    const { stdout } = await stage.startOnTerminal([...APP, 'shell', '--eval', '"a\\u001b]0;title\\u0007b"']).exit;
    expect(stdout).toMatch(/a.?\]0;title.?b/);
    expect(stdout).not.toContain('\u001b]0;');
  });
});

describe('completion', () => {
  it.each(['bash', 'zsh', 'fish'])('prints a script for %s that asks celeriac', async (shell) => {
    const { code, stdout, stderr } = await stage.run(['completion', shell]);
    expect(stdout).toContain('celeriac complete --');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    if (shell !== 'bash') return;
    expect(spawnSync('bash', ['-n'], { input: stdout, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('a reader that has enough', () => {
  it('ends the command without an error', () => {
    const list = `'${process.execPath}' --conditions=@celeriac/source '${stage.launcher}' --help`;
    const { stderr, status } = spawnSync('bash', ['-c', `set -o pipefail; ${list} | true`], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});
