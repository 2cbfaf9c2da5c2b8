import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CliStage, Finished } from './cli-stage.fixture.ts';
import { APP, projectStage } from './project.fixture.ts';

let stage: CliStage;

beforeAll(() => {
  stage = projectStage();
});
afterAll(() => stage.close());

/** Runs a command on the project's app; it must succeed and leave stderr empty. */
async function ok(...args: readonly string[]): Promise<string> {
  const finished = await stage.run([...APP, ...args]);
  expect(finished.stderr).toBe('');
  expect(finished.code).toBe(0);
  return finished.stdout;
}

async function okJson(...args: readonly string[]): Promise<unknown> {
  return JSON.parse(await ok(...args, '--json'));
}

function refused(finished: Finished, code: number, line: RegExp): void {
  expect(finished.stderr).toMatch(line);
  expect(finished.stderr).not.toMatch(/\n {4}at /);
  expect(finished.stdout).toBe('');
  expect(finished.code).toBe(code);
}

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\n$/;

describe('call and purge', () => {
  beforeEach(async () => {
    await ok('purge', '-f', '-Q', 'celery,mail');
  });

  it('prints the id and leaves the message in the queue', async () => {
    expect(await ok('call', 'proj.add', '--args', '[1, 2]')).toMatch(ID);
    expect(await okJson('call', 'proj.add', '--args', '[1, 2]', '--task-id', 'mine')).toEqual({ id: 'mine' });
    expect(await okJson('purge', '-f')).toEqual({ purged: 2, queues: [{ name: 'celery', purged: 2 }] });
  });

  it('routes by the task and by --queue', async () => {
    await ok('call', 'proj.greet', '--args', '["you"]');
    await ok('call', 'proj.add', '--args', '[1, 2]', '--queue', 'mail');
    expect(await ok('purge', '-f', '-Q', 'mail')).toBe('Dropped 2 messages of mail.\n');
    expect(await ok('purge', '-f')).toBe('Dropped 0 messages of celery.\n');
  });

  it('says when a task is none of the app, and sends it', async () => {
    const { code, stdout, stderr } = await stage.run([...APP, 'call', 'proj.ad', '--args', '[1, 2]']);
    expect(stderr).toBe('note: this app has no task "proj.ad"; it was sent all the same. Did you mean proj.add?\n');
    expect(stdout).toMatch(ID);
    expect(code).toBe(0);
    expect((await stage.run([...APP, 'call', 'proj.ad', '-q'])).stderr).toBe('');
  });

  it('refuses arguments that the task does not take', async () => {
    refused(
      await stage.run([...APP, 'call', 'proj.greet', '--kwargs', '{"nam": 1}']),
      1,
      /^celeriac: .*argument.*\nhint: celeriac -A … list tasks shows what each task takes\.\n$/,
    );
  });

  it('sends by a broker alone, without an app', async () => {
    const { code, stdout } = await stage.run(['-b', 'sqlite:///other.db', 'call', 'any.task', '--task-id', 'x']);
    expect(stdout).toBe('x\n');
    expect(code).toBe(0);
    const purged = await stage.run([...APP, '-b', 'sqlite:///other.db', 'purge', '-f', '--json']);
    expect(JSON.parse(purged.stdout)).toMatchObject({ purged: 1 });
  });

  it('does not purge without -f where nobody can be asked', async () => {
    refused(await stage.run([...APP, 'purge']), 2, /^celeriac: purge asks before .*\nhint: Add -f .*\n$/);
  });
});

describe('result', () => {
  it('knows nothing of an id: PENDING', async () => {
    expect(await ok('result', 'nobody')).toBe('PENDING\n');
    expect(await okJson('result', 'nobody')).toEqual({
      id: 'nobody',
      state: 'PENDING',
      value: null,
      exception: null,
      traceback: null,
      dateDone: null,
    });
  });

  it('gives up waiting after --timeout', async () => {
    refused(
      await stage.run([...APP, 'result', 'nobody', '--wait', '--timeout', '0.2']),
      1,
      /^celeriac: No result of nobody within 0\.2 seconds\.\nhint: Is a worker running\?/,
    );
  });

  it('needs a result store', async () => {
    refused(
      await stage.run(['-b', 'sqlite:///broker.db', 'result', 'x']),
      1,
      /^celeriac: The app keeps no results\.\nhint: .*--result-backend/,
    );
  });
});

describe('list', () => {
  it('shows tasks with parameters and options', async () => {
    expect(await ok('list', 'tasks')).toBe(
      [
        'TASK        PARAMETERS  OPTIONS',
        'proj.add    ?',
        'proj.fail   ?',
        'proj.greet  name        queue=mail acksLate',
        '',
      ].join('\n'),
    );
    expect(await okJson('list', 'tasks')).toContainEqual({
      name: 'proj.greet',
      parameters: ['name'],
      options: { queue: 'mail', acksLate: true },
    });
  });

  it('shows queues with their length', async () => {
    await ok('purge', '-f');
    await ok('call', 'proj.add', '--args', '[1, 2]');
    expect(await ok('list', 'queues')).toBe('QUEUE   MESSAGES\ncelery         1\n');
    expect(await okJson('list', 'queues')).toEqual([
      { name: 'celery', messages: 1, bindings: [{ exchange: 'celery', routingKey: 'celery' }] },
    ]);
  });

  it('shows bindings', async () => {
    expect(await ok('list', 'bindings')).toBe(
      'QUEUE   EXCHANGE  TYPE    ROUTING KEY\ncelery  celery    direct  celery\n',
    );
    expect(await okJson('list', 'bindings')).toEqual([
      { name: 'celery', exchange: 'celery', exchangeType: 'direct', routingKey: 'celery' },
    ]);
  });
});

describe('migrate', () => {
  it('says what it applied, and nothing the second time', async () => {
    const urls = ['-b', 'sqlite:///fresh.db', '--result-backend', 'sqlite:///fresh-results.db'];
    const first = await stage.run([...urls, 'migrate', '--json']);
    expect(first.code).toBe(0);
    const stores = JSON.parse(first.stdout) as { kind: string; url: string; applied: string[] }[];
    expect(stores.map(({ kind }) => kind)).toEqual(['broker', 'result store']);
    for (const { applied } of stores) expect(applied.length).toBeGreaterThan(0);
    expect((await stage.run([...urls, 'migrate'])).stdout).toBe(
      'broker sqlite:///fresh.db: up to date\nresult store sqlite:///fresh-results.db: up to date\n',
    );
  });

  it('has nothing to do in memory', async () => {
    expect((await stage.run(['-b', 'memory://', 'migrate'])).stdout).toBe('Nothing to migrate.\n');
  });
});

describe('report', () => {
  it('shows versions, broker, store, queues and settings', async () => {
    const text = await ok('report');
    for (const line of [/^node +v\d+/m, /^app +proj \(.*tasks\.ts\)$/m, /^broker +sqlite sqlite:\/\/\/broker\.db$/m]) {
      expect(text).toMatch(line);
    }
    expect(text).toMatch(/^backend +sqlite sqlite:\/\/\/results\.db$/m);
    expect(text).toMatch(/^queues\n {2}celery +\d+$/m);
    expect(text).toMatch(/^ {2}brokerUrl +"sqlite:\/\/\/broker\.db"$/m);
  });

  it('prints the same as JSON', async () => {
    expect(await okJson('report')).toMatchObject({
      node: process.version,
      app: { name: 'proj', tasks: 3 },
      broker: { name: 'sqlite', url: 'sqlite:///broker.db' },
      backend: { name: 'sqlite' },
      queues: [{ name: 'celery' }],
      settings: { brokerUrl: 'sqlite:///broker.db', resultBackend: 'sqlite:///results.db' },
    });
  });

  it('masks secrets and tells why a broker cannot be reached', async () => {
    const urls = [
      '-b',
      'sqlite://user:hush@nowhere/none/broker.db',
      '--result-backend',
      'memory://u:hush@x/?password=hush',
    ];
    const { stdout, stderr } = await stage.run([...urls, 'report', '--json']);
    expect(stdout + stderr).not.toContain('hush');
    expect(stdout + stderr).toContain('**');
  });
});

describe('doctor', () => {
  it('says that broker and store answer', async () => {
    expect(await ok('doctor')).toMatch(
      /^broker +OK +sqlite:\/\/\/broker\.db\nbackend +OK +sqlite:\/\/\/results\.db\n$/,
    );
    expect(await okJson('doctor')).toEqual({
      healthy: true,
      broker: { url: 'sqlite:///broker.db', findings: [] },
      backend: { url: 'sqlite:///results.db', findings: [] },
    });
  });

  it('names what is wrong, and ends with 1', async () => {
    const places = ['-b', 'redis://:hush@127.0.0.1:1', '--result-backend', 'memory://'];
    const { code, stdout, stderr } = await stage.run([...places, 'doctor']);
    expect(stdout).toMatch(/^broker +ATTENTION\n {2}- .*127\.0\.0\.1:1.*\n(?: +hint: .*\n)?backend +OK +memory:/);
    expect(stdout + stderr).not.toContain('hush');
    expect(code).toBe(1);
  });
});

describe('shell --eval', () => {
  it('knows the app and its tasks by short and by full name', async () => {
    expect(await ok('shell', '--eval', 'app.name')).toBe('proj\n');
    expect(await ok('shell', '--eval', "[add.name, tasks['proj.greet'].name]")).toBe('["proj.add","proj.greet"]\n');
    expect(await okJson('shell', '--eval', '({ state: await AsyncResult("nobody").state() })')).toEqual({
      state: 'PENDING',
    });
  });

  it('runs statements', async () => {
    expect(await ok('shell', '--eval', 'const { id } = await add.delay(1, 2); return id.length')).toBe('36\n');
  });

  it('fails with the error of the code', async () => {
    refused(await stage.run([...APP, 'shell', '--eval', 'nope()']), 1, /^celeriac: nope is not defined\nhint: /);
  });
});

describe('graph bootsteps', () => {
  it('prints a graph of the steps of worker and consumer', async () => {
    const graph = await ok('graph', 'bootsteps');
    expect(graph).toMatch(/^digraph bootsteps \{\n[\s\S]*\n\}\n$/);
    expect(graph).toContain('"worker.pool"');
    expect(graph).toContain('"consumer.tasks" -> "consumer.connection";');
    expect(await okJson('graph', 'bootsteps')).toEqual({ graph });
  });
});

describe('settings that cannot be end with exit code 2 before anything is connected', () => {
  it.each([
    [['-b', 'redsi://:hush@localhost'], /unknown scheme "redsi"/, /Did you mean redis/],
    [['-b', 'amqp://u:hush@h:abc//'], /port/, /hint: /],
    [['-b', ''], /broker/i, /./],
    [['--result-backend', 'nope'], /resultBackend/, /./],
  ])('M34: %j', async (options, message, hint) => {
    const { code, stdout, stderr } = await stage.run([...options, 'report']);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(hint);
    expect(stderr).not.toContain('hush');
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it('M35: an unknown key in the environment', async () => {
    const { code, stderr } = await stage.run([...APP, 'report'], { CELERIAC_TAKS_ACKS_LATE: 'true' });
    expect(stderr).toContain('Did you mean CELERIAC_TASK_ACKS_LATE?');
    expect(code).toBe(2);
  });

  it('a transport that is not installed names the command that installs it', async () => {
    const { code, stderr } = await stage.run(['-b', 'amqp://localhost', 'call', 'x']);
    expect(stderr).toMatch(/^celeriac: .*amqp.*\nhint: .*@celeriac\/transport-amqp/);
    expect(code).toBe(1);
  });
});

describe('upgrade settings', () => {
  it('renames in place, keeps the file as it was, and says what it did', async () => {
    const file = stage.write('old.config.ts', 'export default { CELERY_ACKS_LATE: true, BROKER_HOST: 1 };\n');
    expect(await okJson('upgrade', 'settings', 'old.config.ts')).toEqual({
      file,
      backup: `${file}.orig`,
      renamed: [{ line: 1, from: 'CELERY_ACKS_LATE', to: 'taskAcksLate' }],
      absent: [{ line: 1, name: 'BROKER_HOST', because: expect.any(String) }],
    });
    expect(readFileSync(file, 'utf8')).toBe('export default { taskAcksLate: true, BROKER_HOST: 1 };\n');
    expect(readFileSync(`${file}.orig`, 'utf8')).toContain('CELERY_ACKS_LATE');
    refused(await stage.run(['upgrade', 'settings', 'absent.ts']), 2, /absent\.ts cannot be read/);
  });
});
