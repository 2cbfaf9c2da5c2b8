import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliStage } from './cli-stage.fixture.ts';

const TASKS = `
import { Celeriac } from '@celeriac/core';

export const app: Celeriac = new Celeriac('proj', {
  broker: 'sqlite:///broker.db',
  backend: 'sqlite:///results.db',
  timezone: 'Europe/Berlin',
  beatSchedule: {
    often: { task: 'proj.add', schedule: 0.2, args: [2, 3] },
    sundays: { task: 'proj.add', schedule: '30 2 * * 0', args: [1, 1] },
  },
});
export const add = app.task('proj.add', (x: number, y: number): number => x + y);
app.onAfterConfigure(() => void app.addPeriodicTask('1 hour', add.s(5, 6), { name: 'hourly' }));
`;
const APP = ['-A', 'tasks.ts'] as const;
let stage: CliStage;

beforeAll(() => {
  stage = new CliStage();
  stage.write('package.json', '{"type": "module"}');
  stage.write('tasks.ts', TASKS);
});
afterAll(() => stage.close());

const run = (...args: readonly string[]) => stage.run([...APP, 'beat', ...args]);

describe('beat', () => {
  it('sends what is due, keeps a pid file, and ends with 0 on SIGTERM', { timeout: 120_000 }, async () => {
    const beat = stage.start([...APP, 'beat', '-s', 'one', '--pidfile', 'beat.pid', '-l', 'info']);
    await beat.output(/^beat ready\.$/m);
    await beat.output(/(Sending due task often \(proj\.add\)[\s\S]*){2}/);
    const pid = readFileSync(join(stage.folder, 'beat.pid'), 'utf8').trim();
    expect(Number(pid)).toBeGreaterThan(1);
    const second = await run('-s', 'one');
    expect(second.stderr).toMatch(/^celeriac: Another beat, process \d+, uses the schedule file .*one\.\nhint: /);
    expect(second.code).toBe(1);
    const taken = await run('-s', 'other', '--pidfile', 'beat.pid');
    expect(taken.stderr).toMatch(/^celeriac: It runs already: process \d+ has the pid file beat\.pid\./);
    expect(taken.code).toBe(73);
    beat.kill('SIGTERM');
    expect((await beat.exit).code).toBe(0);
    expect(existsSync(join(stage.folder, 'beat.pid'))).toBe(false);
    expect(existsSync(join(stage.folder, 'one.lock'))).toBe(false);
    const purged = JSON.parse((await stage.run([...APP, 'purge', '-f', '--json'])).stdout) as { purged: number };
    expect(purged.purged).toBeGreaterThanOrEqual(2);
  });

  it('runs in the background, with a log of its own', { timeout: 120_000 }, async () => {
    const files = ['--pidfile', 'run/%n.pid', '-f', 'log/%n.log'];
    const { stdout, code } = await run('--detach', '-s', 'detached', '-l', 'info', ...files);
    expect(stdout).toMatch(/^beat@\S+ is ready \(process \d+\)\.$/m);
    expect(code).toBe(0);
    const pid = Number(readFileSync(join(stage.folder, 'run/beat.pid'), 'utf8'));
    process.kill(pid, 'SIGTERM');
    await expect.poll(() => existsSync(join(stage.folder, 'run/beat.pid')), { timeout: 20_000 }).toBe(false);
    expect(readFileSync(join(stage.folder, 'log/beat.log'), 'utf8')).toMatch(
      /beat ready\.[\s\S]*Shutting down\.\.\. \(SIGTERM\)/,
    );
  });

  it('runs inside of a worker with -B', { timeout: 120_000 }, async () => {
    const worker = stage.start([...APP, 'worker', '-B', '-s', 'sqlite:///beat.db', '--pool', 'async', '-l', 'info']);
    await worker.output(/ready\./);
    await worker.output(/Sending due task often/);
    worker.kill('SIGTERM');
    const { code, stderr } = await worker.exit;
    expect(stderr).not.toMatch(/error/i);
    expect(code).toBe(0);
  });

  it('explains schedules, without an app', async () => {
    const { stdout, code } = await stage.run(['beat', 'explain', '30 2 * * 0', '--tz', 'Europe/Berlin']);
    expect(stdout).toMatch(/^at 02:30, on Sunday \(Europe\/Berlin\)\n\nLOCAL +UTC\n/);
    expect(stdout).toMatch(/ \+0[12]:00 +\d{4}-\d\d-\d\d \d\d:\d\d:00\n/);
    expect(stdout).toMatch(/02:30 does not exist: it comes at 03:00\./);
    expect(code).toBe(0);
    const classic = await stage.run(['beat', 'explain', '0 12 13 * fri', '--classic', '--json', '--count', '2']);
    expect(JSON.parse(classic.stdout)).toMatchObject({ words: 'at 12:00, on the 13th of the month and on Friday' });
  });

  it.each([
    ['61 * * * *', /minute has 61; it takes 0 to 59/],
    ['0 0 31 2 *', /never comes/],
    ['5 minuets', /unknown unit "minuets"\nhint: Did you mean minutes\?/],
  ])('says what is wrong with %s', async (schedule, message) => {
    const { stderr, code } = await stage.run(['beat', 'explain', schedule]);
    expect(stderr).toMatch(message);
    expect(code).toBe(1);
  });

  it('shows what is there and what comes', { timeout: 120_000 }, async () => {
    const list = await run('list', '-s', 'looked');
    expect(list.stdout).toMatch(
      /^ENTRY +TASK +SCHEDULE +STATE +RUNS +LAST +NEXT\noften +proj\.add +every 200 milliseconds +config +0 +- +\d{4}/,
    );
    expect(list.stdout).toMatch(/^hourly +proj\.add +every 1 hour +code/m);
    expect(list.stdout).toMatch(/^celery\.backend_cleanup +celery\.backend_cleanup +crontab 0 4 \* \* \* +builtin/m);
    await run('pause', 'often', '-s', 'looked');
    const next = await run('next', '3', '-s', 'looked');
    expect(next.stdout).toMatch(
      /^LOCAL +UTC +ZONE +ENTRY +TASK\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0[12]:00 +\d{4}-.* +Europe\/Berlin +hourly +proj\.add\n/,
    );
    expect(next.stdout.trimEnd().split('\n').length).toBe(4);
  });

  it('adds, pauses, resumes, runs and removes entries while a beat runs', { timeout: 120_000 }, async () => {
    const store = ['-s', 'sqlite:///live.db'] as const;
    const beat = stage.start([...APP, 'beat', ...store, '--max-interval', '0.1', '-l', 'info']);
    await beat.output(/ready/);
    const added = await run(
      'add',
      'new one',
      '--task',
      'proj.add',
      '--schedule',
      '30 minutes',
      '--args',
      '[7, 8]',
      '--rules',
      '{"maxRuns": 9}',
      ...store,
    );
    expect(added.stdout).toBe('Added new one.\n');
    expect((await run('run-now', 'new one', ...store)).stdout).toBe('Sending new one.\n');
    await beat.output(/Sending due task new one \(proj\.add\)/);
    await run('pause', 'new one', 'often', ...store);
    const entries = JSON.parse((await run('list', '--json', ...store)).stdout) as { name: string }[];
    expect(entries.find(({ name }) => name === 'new one')).toMatchObject({
      enabled: false,
      origin: 'dynamic',
      args: [7, 8],
    });
    await run('resume', 'new one', ...store);
    await run('remove', 'new one', ...store);
    expect((await run('list', ...store)).stdout).not.toMatch(/new one/);
    beat.kill('SIGTERM');
    expect((await beat.exit).code).toBe(0);
  });

  it.each([
    [['pause', 'ofen'], /"ofen" is no periodic task of this application\.\nhint: Did you mean often\?/],
    [['remove', 'often'], /"often" is defined by the application and cannot be removed/],
    [['add', 'often', '--task', 'x', '--schedule', '1 minute'], /"often" is defined by the application/],
    [['add', 'bad', '--task', 'x', '--schedule', '0 0 31 2 *'], /never comes/],
    [
      ['add', 'bad', '--task', 'x', '--schedule', '1 minute', '--rules', '{"maxRun": 1}'],
      /maxRun is no part.*\nhint: Did you mean maxRuns\?/,
    ],
    [['list', '-s', 'http://x'], /Invalid URL in beatStore/],
  ])('%j is refused', async (args, message) => {
    const { stderr, code } = await run(...args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(code).not.toBe(0);
  });
});
