import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CliStage, Finished, RunningCommand } from './cli-stage.fixture.ts';
import { projectStage } from './project.fixture.ts';

const APP = ['-A', 'controlled.ts'] as const;
const TASKS = `
import { Celeriac } from '@celeriac/core';

export const app: Celeriac = new Celeriac('proj', { broker: 'sqlite:///broker.db', backend: 'sqlite:///results.db' });
export const add = app.task('proj.add', { rateLimit: '10/m' }, (x: number, y: number): number => x + y);
export const sleep = app.task('proj.sleep', (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 60_000)));
app.controlCommands.define(
  'double',
  { kind: 'inspect', arguments: [{ name: 'value', type: 'number', required: true }], help: 'Twice a number' },
  (_node, { value }) => ({ ok: String(2 * (value as number)) }),
);
`;

let stage: CliStage;
let worker: RunningCommand;

beforeAll(async () => {
  stage = projectStage();
  stage.write('controlled.ts', TASKS);
  worker = stage.start([...APP, 'worker', '-n', 'w1@host1', '--pool', 'async', '-c', '1']);
  await worker.output(/ready\./);
});
afterAll(() => stage.close());

/** Waits long for answers that surely come, as the machine may be busy. */
const run = (...args: readonly string[]): Promise<Finished> =>
  stage.run([
    ...APP,
    ...args,
    ...(args.includes('-d') || args.includes('--list') ? [] : ['-d', 'w1@host1']),
    '-t',
    '20',
  ]);

async function ok(...args: readonly string[]): Promise<string> {
  const finished = await run(...args);
  expect(finished).toMatchObject({ code: 0 });
  return finished.stdout;
}

async function json(...args: readonly string[]): Promise<unknown> {
  return JSON.parse(await ok(...args, '-j'));
}

it('a worker that runs is seen, tells about itself, and obeys', async () => {
  expect(await run('status')).toEqual({
    code: 0,
    signal: null,
    stdout: 'NODE      STATUS\nw1@host1  OK\n',
    stderr: '\n1 node online.\n',
  });
  expect(await ok('inspect', 'registered')).toBe('w1@host1: OK\n    * proj.add [rate_limit=10/m]\n    * proj.sleep\n');
  expect(await json('inspect', 'stats')).toMatchObject({ 'w1@host1': { pool: { 'max-concurrency': 1 } } });
  expect(await ok('control', 'add_consumer', 'mail')).toBe('w1@host1: OK\n    add consumer mail\n');
  const refused = await run('control', 'autoscale', '4', '1');
  expect(refused).toMatchObject({ code: 1, stdout: "w1@host1: ERROR\n    ValueError('Autoscale not enabled')\n" });
});

it('commands of the app’s own are listed and sent', async () => {
  expect(await ok('inspect', 'double', '21')).toBe('w1@host1: OK\n    42\n');
  const list = await ok('inspect', '--list');
  expect(list).toMatch(/^double +<value> +Twice a number$/m);
  expect(list).toMatch(/^ping +Answers pong$/m);
  expect(list).not.toMatch(/^hello|^revoke /m);
});

it.each([
  [['inspect'], 2, /Which command\? celeriac inspect --list shows them/],
  [['inspect', 'pong'], 2, /no command "pong"[\s\S]*Did you mean ping\?/],
  [['inspect', 'revoke', 'x'], 2, /no command of inspect[\s\S]*celeriac control revoke/],
  [['inspect', 'ping', '-d', 'nobody@x', '-t', '0.2'], 69, /No nodes replied within time constraint\./],
])('celeriac %j', async (args, code, line) => {
  const finished = await stage.run([...APP, ...args]);
  expect(finished.stderr).toMatch(line);
  expect([finished.code, finished.stdout]).toEqual([code, '']);
});

it('when nobody answers, as JSON too', async () => {
  const { code, stderr } = await stage.run([...APP, 'status', '-d', 'nobody@x', '-t', '0.1', '-j']);
  expect([code, JSON.parse(stderr)]).toMatchObject([69, { error: { code: 'CLR_NO_REPLY' } }]);
});

it('shutdown ends the worker, warm', async () => {
  expect(await ok('control', 'shutdown')).toMatch(/^Sent\./);
  expect(await worker.exit).toMatchObject({ code: 0 });
});
