import type { SignatureJson } from '@celeriac/protocol';
import { describe, expect, test } from 'vitest';
import { memoryApp } from '../publish/memory-app.fixture.ts';
import { ManualClock } from '../result/manual-clock.fixture.ts';
import { runtimeOf } from '../runtime/runtime-of.ts';
import { applyErrbacks } from './apply-errbacks.ts';

const errback = (task: string, more: Partial<SignatureJson> = {}): SignatureJson => ({
  task,
  args: [],
  kwargs: {},
  options: {},
  subtask_type: null,
  immutable: false,
  ...more,
});
const failed = { id: 'f', rootId: 'f', request: undefined };
const exception = { exc_type: 'ValueError', exc_message: ['bad'], exc_module: 'builtins' };
const cause = { exception, traceback: 'at x' };

function stage() {
  const clock = new ManualClock();
  const lines: string[] = [];
  const log = (message: string): void => void lines.push(message);
  const logger = { debug: log, info: log, warning: log, error: log, isEnabled: () => true };
  const app = memoryApp({ clock, logger });
  return { app, clock, lines, runtime: runtimeOf(app) };
}

describe('an errback that runs in this process', () => {
  test('gets the failure, its own arguments, and keyword arguments in their places', async () => {
    const { app, runtime, lines } = stage();
    const calls: unknown[][] = [];
    const note = (...args: unknown[]): void => void calls.push(args);
    app.task(
      'declared',
      { parameters: ['request', 'error', 'trace', 'mail', 'level'] },
      (...args: [unknown, unknown, unknown, string, number]) => note(...args),
    );
    app.task('plain', (request: unknown, error: unknown) => note(request, error));
    const own = { kwargs: { level: 2, mail: 'a@b' } };
    await applyErrbacks(runtime, [errback('declared', own), errback('plain', own)], failed, cause);
    expect(calls).toEqual([
      [{ id: 'f' }, exception, 'at x', 'a@b', 2],
      [{ id: 'f' }, exception],
    ]);
    expect(lines).toEqual(['Errback plain declares no parameters: it is called without level, mail']);
  });

  test('that gets what it does not take is logged, and the next one is called', async () => {
    const { app, runtime, lines } = stage();
    let calls = 0;
    app.task(
      'strict',
      { parameters: ['request', 'error', 'trace'] },
      (_request: unknown, _error: unknown, _trace: unknown) => ++calls,
    );
    app.task(
      'throws',
      { parameters: ['request', 'error', 'trace'] },
      (_request: unknown, _error: unknown, _trace: unknown) => {
        throw new Error('own\nfault');
      },
    );
    app.task('next', { parameters: ['request', 'error'] }, (_request: unknown, _error: unknown) => ++calls);
    const all = [errback('strict', { kwargs: { x: 1 } }), errback('throws'), errback('next')];
    await applyErrbacks(runtime, all, failed, cause);
    expect(calls).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(/^Errback strict failed: .*unexpected keyword argument 'x'/),
      'Errback throws failed: Error: own\\nfault',
    ]);
  });

  test('that never ends is left alone after ten seconds, and the next one is called', async () => {
    const { app, runtime, clock, lines } = stage();
    let calls = 0;
    app.task(
      'hangs',
      { parameters: ['request', 'error'] },
      (_request: unknown, _error: unknown) => new Promise(() => {}),
    );
    app.task('next', { parameters: ['request', 'error'] }, (_request: unknown, _error: unknown) => ++calls);
    let isDone = false;
    const done = applyErrbacks(runtime, [errback('hangs'), errback('next')], failed, cause).then(() => {
      isDone = true;
    });
    await clock.advance(9999);
    expect([isDone, calls]).toEqual([false, 0]);
    await clock.advance(1);
    await done;
    expect(calls).toBe(1);
    expect(lines).toEqual(['Errback hangs takes longer than 10 seconds: it is left alone']);
  });
});
