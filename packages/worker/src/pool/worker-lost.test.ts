import { describe, expect, it } from 'vitest';
import { type ProcessEnd, workerLost, workerLostText } from './worker-lost.ts';

describe('workerLostText', () => {
  it.each<[ProcessEnd, string]>([
    [
      { exitCode: null, signal: 'SIGKILL', reason: undefined },
      'Worker exited prematurely: signal 9 (SIGKILL) Job: 44.',
    ],
    [
      { exitCode: null, signal: 'SIGABRT', reason: undefined },
      'Worker exited prematurely: signal 6 (SIGABRT) Job: 44.',
    ],
    [{ exitCode: 1, signal: null, reason: undefined }, 'Worker exited prematurely: exitcode 1 Job: 44.'],
    [{ exitCode: 1, signal: null, reason: 'Error: x' }, 'Worker exited prematurely: exitcode 1 Job: 44. Error: x'],
  ])('%o', (end, text) => {
    expect(workerLostText(end, 44)).toBe(text);
  });

  it('A4: is stored under the name that Celery gives it', () => {
    expect(workerLost('text', 5).exception).toEqual({
      exc_type: 'WorkerLostError',
      exc_message: ['text'],
      exc_module: 'billiard.exceptions',
    });
  });
});
