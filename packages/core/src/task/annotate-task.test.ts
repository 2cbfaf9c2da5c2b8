import { describe, expect, test } from 'vitest';
import { Celeriac } from '../app/celeriac.ts';
import type { TaskAnnotations } from './task-options.ts';

function app(taskAnnotations: TaskAnnotations): Celeriac {
  return new Celeriac('x', { configFile: false, environment: {}, logLevel: 'error', taskAnnotations });
}

describe('task annotations', () => {
  test('change options: for all, then by name, later ones last', () => {
    const one = app([
      { '*': { rateLimit: '1/s', priority: 1 }, a: { rateLimit: '2/s' } },
      { annotate: ({ name }) => (name === 'a' ? { priority: 9 } : undefined) },
    ]);
    one.task('a', { priority: 5 }, () => 1);
    one.task('b', { priority: 5 }, () => 1);
    expect(one.tasks.get('a')?.options).toMatchObject({ rateLimit: '2/s', priority: 9 });
    expect(one.tasks.get('b')?.options).toMatchObject({ rateLimit: '1/s', priority: 1 });
  });

  test('set handlers, and put something around code and handlers', async () => {
    const seen: string[] = [];
    const one = app({
      '*': { onSuccess: (_context, result) => seen.push(`success ${String(result)}`) },
      a: {
        '@run':
          (run) =>
          (...args) => {
            seen.push(`run ${args.join()}`);
            return Number(run(...args)) * 10;
          },
        '@onSuccess':
          (inner) =>
          (...args) => {
            seen.push('around');
            return inner(...args);
          },
        '@onFailure': () => () => seen.push('never: there is none'),
      },
    });
    const a = one.task('a', (x: number) => x + 1);
    expect(await (await a.apply([2])).get()).toBe(30);
    expect(seen).toEqual(['run 2', 'around', 'success 30']);
  });

  test.each<[string, unknown]>([
    ['an option that there is not', { '*': { rateLimits: 1 } }],
    ['a wrapper of nothing', { '*': { '@runn': () => () => 1 } }],
    ['a wrapper that is none', { '*': { '@run': 5 } }],
    ['something else', ['x']],
  ])('%s is refused', (_, annotations) => {
    const one = app(annotations as TaskAnnotations);
    one.task('a', () => 1);
    expect(() => one.tasks.get('a')).toThrow(expect.objectContaining({ code: 'CLR_CONFIGURATION' }));
  });
});
