import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CommandRun, runCommand } from '../process/run-command.ts';
import { lastLines, whyNotInstall } from './install-packages.ts';

const able = { isRoot: true, hasApt: true, mayInstall: true };

describe('whyNotInstall', () => {
  it('has no objection where root finds apt-get', () => {
    expect(whyNotInstall(['redis-server'], able)).toBeUndefined();
  });

  it.each([
    [{ ...able, isRoot: false }, 'sudo apt-get install redis-server'],
    [{ ...able, hasApt: false }, 'there is no apt-get'],
    [{ ...able, mayInstall: false }, 'CELERIAC_TEST_INSTALL=0'],
  ])('names what is in the way: %o', (machine, words) => {
    expect(whyNotInstall(['redis-server'], machine)).toContain(words);
  });
});

describe('lastLines', () => {
  it('keeps the last lines that hold anything', () => {
    expect(lastLines('one\ntwo\n\n  \nthree\r\n', 2)).toBe('two\nthree');
    expect(lastLines('', 2)).toBe('');
  });
});

describe('install-packages.sh', () => {
  let folder: string;
  let policy: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'install-'));
    policy = join(folder, 'policy-rc.d');
    mkdirSync(join(folder, 'bin'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const command = (name: string, script: string): void =>
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

  /** Runs the script with an apt-get that notes its arguments and what the policy says to it. */
  async function install(exitCode = 0): Promise<CommandRun & { readonly log: string }> {
    const log = join(folder, 'log');
    command('apt-get', `"${policy}"; echo "$? $*" >> "${log}"; exit ${exitCode}`);
    const run = await runCommand('/bin/sh', [join(import.meta.dirname, 'install-packages.sh'), 'some-server'], {
      cwd: folder,
      env: {
        CELERIAC_POLICY_FILE: policy,
        PATH: join(folder, 'bin') + delimiter + process.env['PATH'],
      },
    });
    return { ...run, log: existsSync(log) ? readFileSync(log, 'utf8') : '' };
  }

  it('keeps services from starting while it installs, and leaves no policy behind', async () => {
    command('dpkg-query', 'exit 1');
    const { code, log } = await install();
    expect(code).toBe(0);
    expect(log.split('\n')).toMatchObject([
      expect.stringMatching(/^101 .*update$/),
      expect.stringMatching(/^101 .*install --no-install-recommends some-server$/),
      '',
    ]);
    expect(existsSync(policy)).toBe(false);
  });

  it('puts back the policy that was there, also when the installation fails', async () => {
    command('dpkg-query', 'exit 1');
    writeFileSync(policy, '#!/bin/sh\nexit 104\n', { mode: 0o755 });
    const { code, log } = await install(100);
    expect(code).toBe(100);
    expect(log).toMatch(/^101 /);
    expect(readFileSync(policy, 'utf8')).toBe('#!/bin/sh\nexit 104\n');
  });

  it('puts back what a killed run has left moved away', async () => {
    command('dpkg-query', 'exit 1');
    writeFileSync(`${policy}.before-celeriac`, 'the real one');
    writeFileSync(policy, '#!/bin/sh\n# Put here by the tests of Celeriac; safe to delete.\nexit 101\n', {
      mode: 0o755,
    });
    await install();
    expect(readFileSync(policy, 'utf8')).toBe('the real one');
  });

  it('installs nothing when somebody else has done so meanwhile', async () => {
    command('dpkg-query', 'echo installed');
    expect(await install()).toMatchObject({ code: 0, log: '' });
  });
});
