import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { CliStage } from '../cli-stage.fixture.ts';
import { APP, projectStage } from '../project.fixture.ts';
import { isRunning, readPid } from './pid-file.ts';

let stage: CliStage;
beforeAll(() => {
  stage = projectStage();
});
afterAll(() => stage.close());

async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`Waited in vain: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The process of a pid file, which ends with the test at the latest. */
function processIn(path: string): number {
  const pid = readPid(path)!;
  onTestFinished(() => {
    if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  });
  return pid;
}

const WORKER = ['worker', '--pool', 'solo', '-l', 'info'];

describe('a detached worker', () => {
  test('is ready when the command returns, logs to its file, and gives its pid file back', async () => {
    const files = ['--pidfile', 'run/%n.pid', '--logfile', 'log/%p%I.log'];
    const { code, stdout } = await stage.run([...APP, ...WORKER, '-n', 'd1@h', '--detach', ...files]);
    expect(stdout).toMatch(/^d1@h is ready \(process \d+\)\.$/m);
    expect(code).toBe(0);
    const pid = processIn(join(stage.folder, 'run/d1.pid'));
    expect(readFileSync(join(stage.folder, 'log/d1@h.log'), 'utf8')).toContain('d1@h ready.');
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain('celeriac worker d1@h');

    const second = await stage.run([...APP, ...WORKER, '-n', 'd1@h', ...files]);
    expect(second.code).toBe(73);
    expect(second.stdout + second.stderr + readFileSync(join(stage.folder, 'log/d1@h.log'), 'utf8')).toContain(
      `process ${pid}`,
    );

    process.kill(pid, 'SIGTERM');
    await until(() => !isRunning(pid), 'the worker ends');
    expect(existsSync(join(stage.folder, 'run/d1.pid'))).toBe(false);
  });

  test('that cannot start says why, with the end of its log', async () => {
    stage.write('broken.ts', 'throw new Error("no such luck");\n');
    const log = ['--logfile', 'log/broken.log'];
    const { code, stderr } = await stage.run(['-A', './broken.ts', ...WORKER, '-n', 'b@h', '--detach', ...log]);
    expect(code).not.toBe(0);
    expect(stderr).toContain('no such luck');
  });
});

test('one that is told so together with another option starts once', async () => {
  const files = ['--pidfile', 'run/%n.pid', '--logfile', 'log/%n.log'];
  const { code, stdout } = await stage.run([...APP, ...WORKER, '-n', 'two@h', '-DE', ...files]);
  expect(code).toBe(0);
  const pid = processIn(join(stage.folder, 'run/two.pid'));
  expect(stdout).toContain(`two@h is ready (process ${pid}).`);
  process.kill(pid, 'SIGTERM');
  await until(() => !isRunning(pid), 'the worker ends');
});

// Only root can become somebody else.
test.runIf(process.getuid?.() === 0)('a worker that becomes another user keeps no group of the first one', async () => {
  const script = `
    import { becomeDaemon } from ${JSON.stringify(join(import.meta.dirname, 'become-daemon.ts'))};
    const none = { detach: false, logfile: undefined, gid: undefined, umask: undefined, executable: undefined };
    becomeDaemon({ ...none, pidfile: ${JSON.stringify(join(stage.folder, 'who.pid'))}, uid: '65534' }, 'w@h').end();
    console.log(JSON.stringify([process.getuid(), process.getgid(), process.getgroups()]));
  `;
  const args = ['--conditions=@celeriac/source', '--input-type=module-typescript', '-e', script];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: import.meta.dirname });
  expect([stdout.trim(), stderr]).toEqual(['[65534,65534,[65534]]', '']);
});

test('a worker in the foreground logs to its file too', async () => {
  const path = join(stage.folder, 'log/front.log');
  const worker = stage.start([...APP, ...WORKER, '-n', 'r@h', '--logfile', path]);
  await until(() => existsSync(path) && readFileSync(path, 'utf8').includes('r@h ready.'), 'the worker is ready');
  worker.kill('SIGTERM');
  const { code, stdout, stderr } = await worker.exit;
  expect([code, stdout, stderr]).toEqual([0, '', '']);
  expect(readFileSync(path, 'utf8')).toContain('SIGTERM');
});

test('state is kept in a file of the node’s name', async () => {
  const worker = stage.start([...APP, ...WORKER, '-n', 's@h', '--statedb', 'state/%n.json']);
  await worker.output(/s@h ready\./);
  worker.kill('SIGTERM');
  expect((await worker.exit).code).toBe(0);
  expect(JSON.parse(readFileSync(join(stage.folder, 'state/s.json'), 'utf8'))).toMatchObject({ version: 1 });
});

describe('multi', () => {
  test('starts, restarts and stops nodes', async () => {
    const nodes = ['m1@h', 'm2@h', '--pidfile=multi/%n.pid', '--logfile=multi/%n.log'];
    const started = await stage.run(['multi', 'start', ...nodes, '-A', './tasks.ts', '--pool=solo', '-l', 'info']);
    expect(started.stderr).toMatch(/m1@h: OK[\s\S]*m2@h: OK/);
    expect(started.code).toBe(0);
    const pids = ['m1', 'm2'].map((name) => processIn(join(stage.folder, `multi/${name}.pid`)));

    const restarted = await stage.run([
      'multi',
      'restart',
      'm1@h',
      ...nodes.slice(2),
      '-A',
      './tasks.ts',
      '--pool=solo',
    ]);
    expect(restarted.stderr).toMatch(/m1@h: SIGTERM -> \d+[\s\S]*m1@h: ended[\s\S]*m1@h: OK/);
    const again = processIn(join(stage.folder, 'multi/m1.pid'));
    expect(again).not.toBe(pids[0]);

    const stopped = await stage.run(['multi', 'stopwait', ...nodes]);
    expect(stopped.stderr).toMatch(/m1@h: ended[\s\S]*m2@h: ended/);
    expect([again, pids[1]!].some(isRunning)).toBe(false);
    expect((await stage.run(['multi', 'stop', ...nodes])).stderr).toMatch(/m1@h: not running/);
  });

  test('shows what it would do', async () => {
    const { stdout } = await stage.run(['multi', 'show', '2', '-A', './my app.ts', '-c:2', '7']);
    expect(stdout).toMatch(/^celeriac worker --detach -n celeriac?.*celery1@\S+ .*-A '\.\/my app\.ts'$|celery1@/m);
    expect(stdout.trim().split('\n')).toHaveLength(2);
    expect(stdout).toMatch(/celery2@.* -c 7$/m);
    expect((await stage.run(['multi', 'expand', '%n!', 'a', 'b'])).stdout).toBe('a!\nb!\n');
  });

  test.each([
    [['multi', 'begin', 'a'], /no command "begin"/],
    [['multi', 'start'], /No nodes/],
  ])('%j is a mistake', async (args, words) => {
    const { code, stderr } = await stage.run(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(words);
  });
});

test('systemd prints a unit that runs this command with this app', async () => {
  const { stdout, code } = await stage.run([
    ...APP,
    'systemd',
    'worker',
    '--user',
    'queue',
    '--',
    '-c',
    '4',
    '-n',
    'x%h',
  ]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^User=queue$/m);
  expect(stdout).toMatch(/^ExecStart=\S+ \S+celeriac\S* -A tasks\.ts worker -n worker%i@%%h -c 4 -n x%%h$/m);
  expect(stdout).toMatch(/^KillMode=mixed$/m);
});

test.each([
  [['--umask', '9'], /--umask/],
  [['--uid', 'nobody-of-this-name'], /--uid/],
  [['--health-port', '99999'], /--health-port/],
  [['--logfile', 'tasks.ts/x.log'], /--logfile|log file/],
])('%j is refused before anything starts', async (options, words) => {
  const { code, stderr } = await stage.run([...APP, ...WORKER, ...options]);
  expect(code).toBe(2);
  expect(stderr).toMatch(words);
});
