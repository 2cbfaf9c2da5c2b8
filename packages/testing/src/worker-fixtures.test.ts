import { Celeriac, type SettingsInput } from '@celeriac/core';
import { test as base, describe, expect } from 'vitest';
import { EmbeddedWorker } from './embedded-worker.ts';
import { workerFixtures } from './worker-fixtures.ts';

let apps = 0;

function shop(config: SettingsInput = {}) {
  const name = `fixtures-${apps++}`;
  const app = new Celeriac(name, {
    broker: `memory://${name}`,
    backend: `memory://${name}`,
    configFile: false,
    environment: {},
    logLevel: 'error',
    ...config,
  });
  const add = app.task('add', (x: number, y: number) => x + y);
  return Object.assign(app, { add });
}

const test = base.extend(workerFixtures(shop, { worker: { now: new Date('2026-03-01T12:00:00Z') } }));

describe('fixtures', () => {
  test('celeryWorker runs the tasks of celeryApp under a clock that is moved', async ({ celeryApp, celeryWorker }) => {
    const result = await celeryApp.add.applyAsync([2, 3], { countdown: 3600 });
    await celeryWorker.advance({ minutes: 59 });
    expect(await result.state()).toBe('PENDING');
    await celeryWorker.advance({ minutes: 1 });
    expect(await result.get()).toBe(5);
  });

  test('celeryEmbeddedWorker runs them on the app’s own broker', async ({ celeryApp, celeryEmbeddedWorker }) => {
    const result = await celeryApp.add.delay(2, 3);
    expect(await result.get({ timeoutMs: 10_000 })).toBe(5);
    expect(celeryEmbeddedWorker.stats()).toMatchObject({ succeeded: 1 });
  });

  test('each test has an app of its own', ({ celeryApp }) => {
    expect(celeryApp.name).toBe(`fixtures-${apps - 1}`);
  });
});

const late = test.extend({ celeryConfig: { taskAcksLate: true } as SettingsInput });
late('the app of some tests is made from other settings', ({ celeryApp }) => {
  expect(celeryApp.settings.taskAcksLate).toBe(true);
});

base('an embedded worker stops, and the app can be used again', async () => {
  const app = shop();
  const first = await EmbeddedWorker.start(app, { hostname: 'w@h' });
  expect(first.hostname).toBe('w@h');
  await first.stop();
  await first.stop();
  await using _second = await EmbeddedWorker.start(app);
  expect(await (await app.add.delay(1, 1)).get({ timeoutMs: 10_000 })).toBe(2);
});

base('a broker that is not there is an error, in time', async () => {
  const app = new Celeriac('away', { broker: 'sqlite:///no/such/folder/x.db', configFile: false, environment: {} });
  await expect(EmbeddedWorker.start(app, { startTimeoutMs: 200 })).rejects.toThrow();
});
