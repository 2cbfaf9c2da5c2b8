import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliStage, RunningCommand } from './cli-stage.fixture.ts';
import { APP, projectStage } from './project.fixture.ts';

let stage: CliStage;

beforeAll(() => {
  stage = projectStage();
});
afterAll(() => stage.close());

const READY = /^w@\S+ ready\.$/m;

/** A worker that is consuming. */
async function ready(...options: readonly string[]): Promise<RunningCommand> {
  const worker = stage.start([...APP, 'worker', '-n', 'w@%h', ...options]);
  await worker.output(READY);
  return worker;
}

async function stop(worker: RunningCommand): Promise<void> {
  worker.kill('SIGTERM');
  expect((await worker.exit).code).toBe(0);
}

describe('worker', () => {
  it('prints its banner, says when it is ready, and ends with 0 on SIGTERM', async () => {
    const worker = await ready('--pool', 'async', '-c', '7', '-Q', 'celery,mail', '-l', 'info');
    worker.kill('SIGTERM');
    const { code, stdout } = await worker.exit;
    expect(stdout).toMatch(/^w@\S+ {2}celeriac \d+\.\d+\.\d+ \(.*Node 2\d\.\d+\.\d+\)$/m);
    expect(stdout).toMatch(/^ {2}app +proj \(tasks\.ts\)$/m);
    expect(stdout).toMatch(/^ {2}transport +sqlite:\/\/\/broker\.db$/m);
    expect(stdout).toMatch(/^ {2}results +sqlite:\/\/\/results\.db$/m);
    expect(stdout).toMatch(/^ {2}concurrency +7 \(async\)$/m);
    expect(stdout).toMatch(/^ {2}celery {2}exchange=celery\(direct\) key=celery$/m);
    expect(stdout).toMatch(/^ {2}mail {2}exchange=mail\(direct\) key=mail$/m);
    expect(stdout).toMatch(/^tasks\n {2}proj\.add\n {2}proj\.fail\n {2}proj\.greet$/m);
    expect(code).toBe(0);
  });

  it('shows no tasks, no colours and no secrets by default', async () => {
    const broker = 'sqlite:///quiet.db;redis://u:hush@localhost:1';
    const worker = stage.start(['-b', broker, 'worker', '--pool', 'solo']);
    await worker.output(/ready\./);
    worker.kill('SIGTERM');
    const { code, stdout, stderr } = await worker.exit;
    expect(stdout).toMatch(/^celery@\S+ ready\.$/m);
    expect(stdout).toMatch(/^ {2}results +disabled$/m);
    expect(stdout).not.toMatch(/^tasks$/m);
    expect(stdout).toContain('redis://u:**@localhost');
    expect(stdout + stderr).not.toContain('hush');
    expect(stdout + stderr).not.toContain('\u001b[');
    expect(code).toBe(0);
  });

  it('takes settings as arguments, which win over the environment', async () => {
    const args = ['worker', '--pool', 'async', 'concurrency=3', 'task_default_queue=mail'];
    const worker = stage.start([...APP, ...args], { CELERIAC_WORKER_CONCURRENCY: '9' });
    await worker.output(/ready\./);
    worker.kill('SIGTERM');
    const { code, stdout } = await worker.exit;
    expect(stdout).toMatch(/^ {2}concurrency +3 \(async\)$/m);
    expect(stdout).toMatch(/^ {2}mail {2}exchange=mail\(direct\) key=mail$/m);
    expect(code).toBe(0);
    const refused = await stage.run([...APP, 'worker', 'task_ack_late=1']);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('Did you mean task_acks_late?')]);
  });

  it('-b wins over CELERY_BROKER_URL', async () => {
    const worker = stage.start(['-b', 'sqlite:///line.db', 'worker', '--pool', 'solo'], {
      CELERY_BROKER_URL: 'sqlite:///environment.db',
    });
    await worker.output(/ready\./);
    worker.kill('SIGTERM');
    expect((await worker.exit).stdout).toMatch(/^ {2}transport +sqlite:\/\/\/line\.db$/m);
  });

  it('prints nothing but log lines as JSON with --logformat json', async () => {
    const worker = stage.start([...APP, 'worker', '--pool', 'solo', '-l', 'info', '--logformat', 'json']);
    await worker.output(/\n/);
    worker.kill('SIGTERM');
    const { code, stdout, stderr } = await worker.exit;
    expect(stdout).toBe('');
    for (const line of stderr.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('message');
    expect(code).toBe(0);
  });

  it.each(['async', 'prefork', 'solo'])(
    'runs tasks in the pool %s, and call --wait prints what they return',
    async (pool) => {
      const worker = await ready('--pool', pool, '-c', '2', '-Q', 'celery,mail');
      const call = (...args: readonly string[]) => stage.run([...APP, 'call', ...args, '--wait', '--timeout', '15']);
      expect(await call('proj.add', '--args', '[2, 3]')).toMatchObject({ code: 0, stdout: '5\n', stderr: '' });
      const greeting = await call('proj.greet', '--kwargs', '{"name": "you"}', '--task-id', `greet-${pool}`, '--json');
      expect(JSON.parse(greeting.stdout)).toMatchObject({ id: `greet-${pool}`, state: 'SUCCESS', value: 'Hello you' });
      const failed = await call('proj.fail', '--task-id', `fail-${pool}`);
      expect(failed.stderr).toMatch(/^celeriac: proj\.fail ended as FAILURE: TypeError\('bad luck'\)\nhint: /);
      expect(failed.stdout).toBe('');
      expect(failed.code).toBe(1);
      const result = await stage.run([...APP, 'result', `fail-${pool}`, '--traceback']);
      expect(result.stdout).toMatch(/^FAILURE\nTypeError: bad luck\n {4}at .*tasks\.ts/);
      expect(result.code).toBe(0);
      expect((await stage.run([...APP, 'result', `fail-${pool}`, '--wait', '--json'])).code).toBe(1);
      await stop(worker);
    },
  );

  it.each([
    ['', ['--max-semi-space-size=4', '--conditions=@celeriac/source']],
    ['--max-semi-space-size=32', ['--conditions=@celeriac/source']],
    ['--max_semi_space_size=32', ['--conditions=@celeriac/source']],
  ])('takes little memory for new objects, unless NODE_OPTIONS (%j) says how much', async (NODE_OPTIONS, expected) => {
    stage.write(
      'node-options.ts',
      "import { app } from './tasks.ts';\nexport const options = app.task('node.options', () => process.execArgv);\n",
    );
    const worker = stage.start([...APP, 'worker', '-P', 'solo', '-I', './node-options.ts'], { NODE_OPTIONS });
    await worker.output(/ready\./);
    const finished = await stage.run([...APP, 'call', 'node.options', '--wait', '--timeout', '15', '-q']);
    expect(JSON.parse(finished.stdout)).toEqual(expected);
    await stop(worker);
  });

  it('gives the processes of prefork the broker and the result store of the command line, and --include', async () => {
    stage.write(
      'more.ts',
      "import { app } from './tasks.ts';\nexport const urls = app.task('more.urls', () => [app.settings.brokerUrl, app.settings.resultBackend]);\n",
    );
    const urls = ['-b', 'sqlite:///cli-broker.db', '--result-backend', 'sqlite:///cli-results.db'];
    const worker = await ready(...urls, '-c', '1', '-I', './more.ts');
    const finished = await stage.run([...APP, ...urls, 'call', 'more.urls', '--wait', '--timeout', '15', '-q']);
    expect(JSON.parse(finished.stdout)).toEqual(['sqlite:///cli-broker.db', 'sqlite:///cli-results.db']);
    await stop(worker);
  });

  it('purges first with --purge', async () => {
    await stage.run([...APP, 'call', 'proj.fail', '--task-id', 'purged']);
    const worker = await ready('--pool', 'solo', '--purge');
    await stop(worker);
    expect((await worker.exit).stderr).toContain('Dropped 1 message of celery.\n');
    expect((await stage.run([...APP, 'result', 'purged'])).stdout).toBe('PENDING\n');
  });

  it('ends at once, with 1, on a second SIGINT', async () => {
    stage.write(
      'slow.ts',
      `import { Celeriac } from '@celeriac/core';
export const app: Celeriac = new Celeriac('slow', { broker: 'sqlite:///slow.db' });
export const sleep = app.task('slow.sleep', async (): Promise<void> => {
  console.log('sleeping');
  await new Promise((resolve) => setTimeout(resolve, 60_000));
});
`,
    );
    const worker = stage.start(['-A', 'slow', 'worker', '--pool', 'async']);
    await worker.output(/ready\./);
    await stage.run(['-A', 'slow', 'call', 'slow.sleep']);
    await worker.output(/sleeping/);
    worker.kill('SIGINT');
    await worker.output(/warm shutdown/);
    worker.kill('SIGINT');
    const { code, stderr } = await worker.exit;
    expect(stderr).toMatch(/cold shutdown/);
    expect(code).toBe(1);
  });
});

describe('a worker that cannot start says why in one line', () => {
  it.each([
    [['-A', 'tasks.ts', 'worker', '-X', 'celery'], 2, /^celeriac: queues leave nothing to read/],
    [['-A', 'tasks.ts', 'worker', '-c', '5000'], 2, /^celeriac: .*concurrency must be a whole number from 1 to 1000/],
    [['-A', 'tasks.ts', 'worker', '-I', './none.ts'], 2, /^celeriac: Cannot find the module "\.\/none\.ts"/],
    [['-b', 'sqlite:///no/such/folder.db', 'worker', '-P', 'solo', '-q'], 1, /folder/],
    [['-b', 'sqlite:///no-app.db', 'worker'], 2, /^celeriac: .*module that exports the app/],
    [
      ['-A', 'tasks.ts', '-b', 'memory://', 'worker'],
      2,
      /^celeriac: The broker memory:\/\/ stays inside.*\nhint: Use sqlite/,
    ],
    [['-b', 'memory://u:hush@x', 'worker', '-P', 'solo'], 2, /^celeriac: [^\n]*\nhint: Use sqlite[^\n]*\n$/],
  ])('%j', async (args, code, line) => {
    const finished = await stage.run(args);
    expect(finished.stderr).toMatch(line);
    expect(finished.stderr).not.toMatch(/\n {4}at /);
    expect(finished.code).toBe(code);
  });
});

describe('quarantine', () => {
  it('lists, requeues and drops what no worker could run', async () => {
    const worker = await ready('--pool', 'solo');
    for (const id of ['q1', 'q2', 'q3']) {
      await stage.run([...APP, 'call', 'proj.unknown', '--args', '["payload"]', '--task-id', id, '-q']);
    }
    await worker.output(/(put into quarantine[\s\S]*){3}/);
    await stop(worker);
    const json = async (...args: readonly string[]): Promise<unknown> =>
      JSON.parse((await stage.run([...APP, 'quarantine', ...args, '--json'])).stdout);
    expect(await json('list')).toMatchObject([
      { id: 'q1', task: 'proj.unknown', queue: 'celery' },
      { id: 'q2', queue: 'celery' },
      { id: 'q3', queue: 'celery' },
    ]);
    const { stdout } = await stage.run([...APP, 'quarantine', 'list']);
    expect(stdout).toMatch(
      /^ID +TIME +QUEUE +CODE +PAYLOAD\nq1 +\d{4}-\d\d-\d\dT[\d:]{8} +celery +CLR_\w+ +\[\["payload"\]/,
    );
    expect(await json('requeue', 'q1')).toEqual({ done: 1, left: 0 });
    expect(await json('drop', 'q2')).toEqual({ done: 1, left: 0 });
    const missing = await stage.run([...APP, 'quarantine', 'drop', 'q9']);
    expect(missing.stderr).toBe('celeriac: Found 0 of 1 message to drop.\n');
    expect(missing.code).toBe(1);
    expect((await stage.run([...APP, 'quarantine', 'drop', '--all'])).stdout).toBe('Dropped 1 message.\n');
    expect((await stage.run([...APP, 'quarantine', 'list'])).stdout).toBe('Nothing is in quarantine.\n');
    expect(JSON.parse((await stage.run([...APP, 'purge', '-f', '--json'])).stdout)).toMatchObject({ purged: 1 });
  });

  it('asks which messages', async () => {
    const { code, stderr } = await stage.run([...APP, 'quarantine', 'drop']);
    expect(stderr).toMatch(/^celeriac: Which messages to drop\? Give their ids, or --all\.\nhint: /);
    expect(code).toBe(2);
  });
});
