import { describe, expect, test } from 'vitest';
import { metaOf } from './backend-double.fixture.ts';
import { ErrorRegistry } from './failure-error.ts';
import { TaskError, TaskRevokedError } from './result-errors.ts';

const failure = (result: unknown, status = 'FAILURE') => metaOf('id', { status, result, traceback: 'Traceback …' });

describe('M30: the error of a failed task', () => {
  test.each([
    [{ exc_type: 'os', exc_module: 'os', exc_message: ['id'] }, 'os', 'os'],
    [{ exc_type: 'Function', exc_module: 'builtins', exc_message: ['return process'] }, 'Function', 'builtins'],
    [{ exc_type: '__proto__', exc_module: '__proto__', exc_message: [] }, '__proto__', '__proto__'],
    [{ exc_type: 'constructor', exc_message: 'text' }, 'constructor', null],
    ['just text', 'Error', null],
    [null, 'Error', null],
    [{ exc_type: 7 }, 'Error', null],
  ])('%j is described, never looked up', (result, excType, excModule) => {
    const error = new ErrorRegistry().errorOf(failure(result));
    expect(error).toBeInstanceOf(TaskError);
    expect(error).toMatchObject({
      code: 'CLR_TASK_FAILED',
      taskId: 'id',
      excType,
      excModule,
      traceback: 'Traceback …',
    });
  });

  test('a revoked task has an error of its own', () => {
    const error = new ErrorRegistry().errorOf(
      failure({ exc_type: 'TaskRevokedError', exc_message: ['expired'], exc_module: 'celery.exceptions' }, 'REVOKED'),
    );
    expect(error).toBeInstanceOf(TaskRevokedError);
    expect(error).toMatchObject({ code: 'CLR_TASK_REVOKED', excMessage: ['expired'] });
  });

  test('only registered errors are made, by name or by module and name', () => {
    class NotEnough extends Error {}
    const registry = new ErrorRegistry();
    registry.register('shop.errors.NotEnough', ({ exception }) => new NotEnough(String(exception.exc_message[0])));
    const meta = (module: string) => failure({ exc_type: 'NotEnough', exc_module: module, exc_message: ['3 left'] });
    expect(registry.errorOf(meta('shop.errors'))).toBeInstanceOf(NotEnough);
    expect(registry.errorOf(meta('elsewhere'))).toBeInstanceOf(TaskError);
    registry.register('NotEnough', () => new NotEnough());
    expect(registry.errorOf(meta('elsewhere'))).toBeInstanceOf(NotEnough);
  });

  test('its message is one safe line', () => {
    const error = new ErrorRegistry().errorOf(
      failure({ exc_type: 'E', exc_message: ['a\n[forged] line\u001b[2J'], exc_module: 'm' }),
    );
    expect(error.message).not.toMatch(/[\n\u001b]/);
  });
});
