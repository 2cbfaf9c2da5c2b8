import { afterEach, expect, test } from 'vitest';
import { memoryApp } from '../publish/memory-app.fixture.ts';
import { setCurrentApp, setDefaultApp } from '../runtime/current-app-slot.ts';
import { runtimeOf } from '../runtime/runtime-of.ts';
import { Celeriac } from './celeriac.ts';
import { currentApp } from './current-app.ts';
import { sharedTask } from './shared-task.ts';

afterEach(() => {
  setCurrentApp(undefined);
  setDefaultApp(undefined);
});

const add = sharedTask('library.add', { parameters: ['x', 'y'], maxRetries: 9 }, (x: number, y: number) => x + y);

test('a shared task belongs to every app, also to those made before and after it', () => {
  const [first, second] = [memoryApp(), memoryApp()];
  const late = sharedTask('library.late', () => 1);
  expect(late.name).toBe('library.late');
  for (const app of [first, second]) {
    expect(app.tasks.names()).toEqual(['library.add', 'library.late']);
    expect(app.tasks.get('library.add')?.options.maxRetries).toBe(9);
  }
  first.task('library.add', () => 'own');
  expect(first.tasks.get('library.add')?.options.maxRetries).toBe(3);
  expect(() => sharedTask('library.add', () => 1)).toThrow(expect.objectContaining({ code: 'CLR_DUPLICATE_TASK' }));
});

test('its calls go through the current app', async () => {
  await expect(async () => add.delay(1, 2)).rejects.toMatchObject({ code: 'CLR_CONFIGURATION' });
  await using first = memoryApp();
  await using second = memoryApp();
  await add.delay(1, 2);
  expect([await first.purge(), await second.purge()]).toEqual([0, 1]);
  first.setCurrent();
  await add.delay(1, 2);
  expect([await first.purge(), await second.purge()]).toEqual([1, 0]);
});

test('inside of a task they go through the app that runs it', async () => {
  await using runner = memoryApp();
  await using newest = memoryApp();
  const outer = runner.task('outer', () => add.delay(1, 2).then(({ id }) => id));
  await outer.apply([], { throw: true });
  expect([await runner.purge(), await newest.purge()]).toEqual([1, 0]);
  expect(runtimeOf(runner).caller).toBe(runtimeOf(runner).caller);
});

test('the current app is the one made last, the default one, or none', () => {
  expect(() => currentApp()).toThrow(expect.objectContaining({ code: 'CLR_CONFIGURATION' }));
  const fallback = new Celeriac('fallback', { setAsCurrent: false }).setDefault();
  expect(currentApp()).toBe(fallback);
  const newest = new Celeriac('newest');
  expect(currentApp()).toBe(newest);
  new Celeriac('library', { setAsCurrent: false });
  expect(currentApp()).toBe(newest);
});
