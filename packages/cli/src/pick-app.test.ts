import { describe, expect, it } from 'vitest';
import { AppLoadError } from './cli-error.ts';
import { pickApp } from './pick-app.ts';

class App {
  readonly kind = 'app';
}
const [one, two] = [new App(), new App()];

function pick(exports: Record<string, unknown>, exportName?: string): App {
  const isApp = (value: unknown): value is App => value instanceof App;
  return pickApp({ target: 'tasks.ts', exports: new Map(Object.entries(exports)), isApp }, exportName).app;
}

function refusal(exports: Record<string, unknown>, exportName?: string): AppLoadError {
  try {
    pick(exports, exportName);
  } catch (error) {
    if (error instanceof AppLoadError) return error;
    throw error;
  }
  throw new Error('an app was picked');
}

describe('pickApp', () => {
  it.each([
    ['app before default and others', { other: two, default: two, app: one }],
    ['default before celery', { celery: two, default: one }],
    ['celery before others', { other: two, celery: one }],
    ['the only app', { add: () => 1, mine: one }],
    ['the only app under two names', { a: one, b: one }],
    ['the only app when app is something else', { app: 5, mine: one }],
  ])('takes %s', (_case, exports) => {
    expect(pick(exports)).toBe(one);
  });

  it('takes the export asked for', () => {
    expect(pick({ app: two, mine: one }, 'mine')).toBe(one);
  });

  it('lists several apps', () => {
    const error = refusal({ a: one, b: two });
    expect(error.message).toBe('tasks.ts exports several apps: a, b.');
    expect(error.hint).toBe('Choose one: -A tasks.ts:a');
    expect(error.exitCode).toBe(2);
  });

  it('lists the exports when none is an app', () => {
    expect(refusal({ add: 1, mul: 2 }).message).toBe('tasks.ts exports no Celeriac app; its exports are add, mul.');
    expect(refusal({}).message).toBe('tasks.ts exports no Celeriac app; it exports nothing.');
  });

  it('suggests an export that is spelt alike', () => {
    const error = refusal({ worker: one }, 'wroker');
    expect(error.message).toBe('tasks.ts has no export "wroker"; its exports are worker.');
    expect(error.hint).toBe('Did you mean worker?');
  });

  it('refuses an export that is no app', () => {
    expect(refusal({ app: one, add: 1 }, 'add').message).toBe('The export "add" of tasks.ts is no Celeriac app.');
  });
});
