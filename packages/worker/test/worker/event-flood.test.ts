import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { silentLogger, uuid } from '@celeriac/protocol';
import { useService } from '@celeriac/tooling/services';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FlakyBroker } from './flaky-broker.ts';
import { newStage, type Stage, taskMessage, until } from './stage.ts';

const redis = await useService('redis');
const isLong = process.env['CELERIAC_LONG'] === '1';
const TASKS = isLong ? 200_000 : 5000;
const AT_ONCE = 500;
const MIB = 1024 * 1024;

/** What garbage collection leaves: how much of the rest a process keeps depends on how busy the machine is. */
function keptBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

/** A monitor in a process of its own, frozen. */
async function frozenMonitor({ url, app }: Stage): Promise<void> {
  const main = fileURLToPath(new URL('monitor-main.ts', import.meta.url));
  const options = JSON.stringify(app.settings.brokerTransportOptions);
  const child = fork(main, [url, options], { execArgv: ['--conditions=@celeriac/source'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  expect((await once(child, 'message'))[0]).toBe('ready');
  child.kill('SIGSTOP');
}

async function runTasks(stage: Stage, count: number, isDone: (sent: number) => boolean): Promise<void> {
  const transport = await stage.connect();
  for (let sent = 0; sent < count; sent += AT_ONCE) {
    const messages = Array.from({ length: AT_ONCE }, () => ({
      exchange: '',
      routingKey: 'celery',
      message: taskMessage('flood.noop'),
    }));
    const outcomes = await transport.publish(messages);
    expect(outcomes.filter((outcome) => outcome !== undefined)).toEqual([]);
    await until(() => isDone(sent + AT_ONCE), 'the tasks have run', 60_000);
  }
}

describe('E2: a flood of events', { timeout: isLong ? 600_000 : 120_000 }, () => {
  it.skipIf(redis.skipped !== undefined)('with a frozen monitor every task runs, and no memory fills', async () => {
    // Its log would be kept.
    const stage = await newStage('redis', { logger: silentLogger });
    stage.app.task('flood.noop', { ignoreResult: true }, () => null);
    await frozenMonitor(stage);
    const worker = await stage.start({ taskEvents: true, concurrency: 50 });
    await runTasks(stage, AT_ONCE, (sent) => worker.stats().succeeded >= sent);
    const before = keptBytes();
    await runTasks(stage, TASKS, (sent) => worker.stats().succeeded >= sent);
    await until(() => worker.stats().succeeded === TASKS + AT_ONCE, 'all ran', 60_000);
    expect(worker.stats().failed).toBe(0);
    expect(keptBytes() - before).toBeLessThan(20 * MIB);
    expect(await (await stage.connect()).size('celery')).toBe(0);
  });

  it('with the broker away events wait up to the limit, the newest leave when it is back', async () => {
    const broker = new FlakyBroker();
    const stage = await newStage('memory', { brokerTransport: broker.plugin });
    broker.isAway = true;
    const events = stage.runtime.openEvents({ hostname: 'w@h', listsTasks: true });
    const fields = { uuid: uuid(), result: 'x'.repeat(200) };
    const before = process.memoryUsage().heapUsed;
    for (let count = 1; count <= 200_000; count++) events.send('task-succeeded', { ...fields, count });
    expect([events.waiting, events.dropped]).toEqual([10_000, 190_000]);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(300 * MIB);
    broker.isAway = false;
    await until(() => events.waiting === 0, 'they have left', 60_000);
    await events.close(5000);
    expect(events.dropped).toBe(190_000);
  });
});
