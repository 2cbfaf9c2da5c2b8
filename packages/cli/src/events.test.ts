import { useService } from '@celeriac/tooling/services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliStage } from './cli-stage.fixture.ts';
import { projectStage } from './project.fixture.ts';

const redis = await useService('redis');
let stage: CliStage;
let worker: ReturnType<CliStage['start']>;

const TASKS = `
import { Celeriac } from '@celeriac/core';
export const app = new Celeriac('evented', { taskDefaultQueue: 'cli-events', eventExchange: 'cli-events-ev', controlExchange: 'cli-events-ctl' });
app.task('evented.add', (x, y) => x + y);
`;
const CAMERA = `
export class Camera {
  onShutter(state) {
    for (const task of state.tasksByTime()) if (task.isReady) console.log('SHOT', task.name, task.state, task.result);
  }
}
export const nothing = 7;
`;

describe.skipIf(redis.skipped !== undefined)('celeriac events', { timeout: 120_000 }, () => {
  const url = redis.skipped === undefined ? redis.url : '';
  const app = ['-A', './evented.mjs', '-b', url];

  beforeAll(async () => {
    stage = projectStage();
    stage.write('evented.mjs', TASKS);
    stage.write('camera.mjs', CAMERA);
    worker = stage.start([...app, 'worker', '-P', 'async', '-E', '-n', 'cli@h', '--without-mingle']);
    await worker.output(/ready/);
  }, 60_000);
  afterAll(async () => {
    worker.kill('SIGTERM');
    await worker.exit;
    await stage.close();
    if (redis.skipped === undefined) await redis.stop();
  });

  const call = () => stage.run([...app, 'call', 'evented.add', '--args', '[1, 2]']);

  it('prints events as they come, in short, in full, and as JSON, until it is ended', async () => {
    const kinds: [string[], RegExp][] = [
      [[], /^\d\d:\d\d:\d\d\.\d{3} cli@h task succeeded evented\.add\([\w-]+\) result=3 runtime=[\d.]+$/m],
      [
        ['--dump'],
        /^cli@h \[[\d :.-]+\] task succeeded: evented\.add\([\w-]+\) args=\(1, 2\) kwargs=\{\} clock=\d+, .*result=3/m,
      ],
      [['--json'], /^\{"hostname": ?"cli@h".*"type": ?"task-succeeded"\}$/m],
    ];
    const running = kinds.map(([options, line]) => ({ line, events: stage.start([...app, 'events', ...options]) }));
    // The answer to the wake-up call: it listens.
    for (const { events } of running) await events.output(/heartbeat/);
    await call();
    for (const { events, line } of running) {
      await events.output(line);
      events.kill('SIGINT');
      expect(await events.exit).toMatchObject({ code: 0, signal: null });
    }
  });

  it('takes snapshots with a camera', async () => {
    const events = stage.start([...app, 'events', '-c', './camera.mjs', '-F', '0.2', '-r', '10/s']);
    await events.output(/taking snapshots with \.\/camera\.mjs every 0\.2 s/);
    await call();
    await events.output(/^SHOT evented\.add SUCCESS 3$/m);
    events.kill('SIGTERM');
    expect(await events.exit).toMatchObject({ code: 0 });
  });

  it.each([
    [['-c', './camera.mjs:nothing'], /the export nothing of \.\/camera\.mjs is no camera/],
    [['-c', './camera.mjs', '-r', 'often'], /--maxrate must be a rate such as 10\/m/],
    [['-c', './camera.mjs', '-F', '0'], /--frequency must be a number from 0\.001 on/],
    [['-c', './none.mjs'], /Cannot find the module/],
  ])('refuses %j', async (options, line) => {
    const { code, stdout, stderr } = await stage.run([...app, 'events', ...options]);
    expect(stderr).toMatch(line);
    expect([code, stdout]).toEqual([2, '']);
  });

  it('says so where the broker carries no events', async () => {
    const { code, stderr } = await stage.run(['-b', 'sqlite:///nothing.db', 'events']);
    expect(stderr).toMatch(/No events are sent over sqlite/);
    expect(code).toBe(1);
  });
});
