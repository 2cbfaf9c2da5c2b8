import { describe, expect, test } from 'vitest';
import { memoryApp } from '../publish/memory-app.fixture.ts';
import { runtimeOf } from '../runtime/runtime-of.ts';

const refusal = (key: string, hint?: string) =>
  expect.objectContaining({ code: 'CLR_CONFIGURATION', key, ...(hint !== undefined && { hint }) });

describe('a definition refuses', () => {
  test.each([
    ['maxRetries', -1],
    ['maxRetries', 1.5],
    ['defaultRetryDelay', -1],
    ['retryBackoff', -1],
    ['retryBackoffMax', Number.NaN],
    ['rateLimit', 'fast'],
    ['rateLimit', -1],
    ['timeLimit', 0],
    ['softTimeLimit', Number.NaN],
    ['priority', 'x'],
    ['priority', 256],
    ['autoretryFor', Error],
    ['acksLate', 'yes'],
    ['deliveryMode', 3],
    ['expires', new Date(Number.NaN)],
    ['onSuccess', 'log'],
  ])('%s: %o', (option, value) => {
    expect(() => memoryApp().task('x', { [option]: value } as never, () => 1)).toThrow(
      refusal(`${option} of task "x"`),
    );
  });

  test.each([
    ['a generator', function* () {}],
    ['an asynchronous generator', async function* () {}],
  ])('%s', (_, run) => {
    expect(() => memoryApp().task('x', run as never)).toThrow(refusal('The function of task "x"'));
  });
});

test('a definition takes what may be', () => {
  const options = {
    maxRetries: null,
    retryBackoff: true,
    rateLimit: '10/m',
    timeLimit: 0.5,
    priority: 0,
    throws: ['E'],
  };
  expect(() => memoryApp().task('x', options, () => 1)).not.toThrow();
});

test('annotations are held to the same', async () => {
  const app = memoryApp({ taskAnnotations: { x: { rateLimit: 'fast' } } });
  app.task('x', () => 1);
  await expect(app.loadTasks()).rejects.toThrow(refusal('rateLimit of taskAnnotations["x"]'));
});

describe('serializers and compressions that nobody registered are refused', () => {
  test.each([
    [{ acceptContent: ['jsn'] }, 'acceptContent', 'Did you mean "json"?'],
    [{ taskSerializer: 'yaml' }, 'taskSerializer', undefined],
    [{ resultSerializer: 'jsom' }, 'resultSerializer', 'Did you mean "json"?'],
    [{ taskCompression: 'zlb' }, 'taskCompression', 'Did you mean "zlib"?'],
  ])('in the settings: %o', async (settings, key, hint) => {
    const app = memoryApp(settings);
    expect(() => runtimeOf(app).settings).toThrow(refusal(key, hint));
    await expect(app.sendTask('x')).rejects.toThrow(refusal(key, hint));
  });

  test.each([
    [{ serializer: 'jsn' }, 'serializer of task "x"'],
    [{ compression: 'rar' }, 'compression of task "x"'],
    [{ expires: 'soon' }, 'expires of task "x"'],
  ])('by a task: %o', async (options, key) => {
    const app = memoryApp();
    app.task('x', options, () => 1);
    app.tasks.get('x');
    await expect(runtimeOf(app).loadTasks()).rejects.toThrow(refusal(key));
  });
});
