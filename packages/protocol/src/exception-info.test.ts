import { describe, expect, it } from 'vitest';
import { celeryExceptions } from './celery-exceptions.ts';
import { exceptionRepr, toExceptionInfo, tracebackOf } from './exception-info.ts';
import { encodeJson } from './json.ts';

class PaymentError extends Error {}

describe('exception info', () => {
  it.each<[unknown, object]>([
    [new PaymentError('no funds'), { exc_type: 'PaymentError', exc_message: ['no funds'], exc_module: 'celeriac' }],
    [new TypeError('x'), { exc_type: 'TypeError', exc_message: ['x'], exc_module: 'builtins' }],
    [new SyntaxError('x'), { exc_type: 'SyntaxError', exc_message: ['x'], exc_module: 'builtins' }],
    [new RangeError('x'), { exc_type: 'RangeError', exc_message: ['x'], exc_module: 'celeriac' }],
    ['thrown text', { exc_type: 'Error', exc_message: ['thrown text'], exc_module: 'celeriac' }],
    [undefined, { exc_type: 'Error', exc_message: [null], exc_module: 'celeriac' }],
    [
      Object.assign(new Error('x'), { args: [1, () => {}, 2n ** 70n], module: 'proj.errors', excType: 'Outer.Inner' }),
      { exc_type: 'Outer.Inner', exc_message: [1, '<function >', 2n ** 70n], exc_module: 'proj.errors' },
    ],
    [
      Object.assign(new Error('x'), { name: 'AbortError' }),
      { exc_type: 'AbortError', exc_message: ['x'], exc_module: 'celeriac' },
    ],
  ])('of case %#', (error, info) => {
    expect(toExceptionInfo(error)).toEqual(info);
  });

  it('can always be stored, whatever was thrown', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 511; level++) deep = [deep];
    const cycle: unknown[] = [];
    cycle.push(cycle);
    const odd = Object.assign(new Error('x'), { args: [undefined, deep, cycle, Symbol('s'), new Set([1])] });
    for (const thrown of [
      odd,
      undefined,
      null,
      Symbol('s'),
      cycle,
      () => {},
      Object.assign(new Error('x'), { message: cycle }),
    ]) {
      const result = toExceptionInfo(thrown);
      expect(() => encodeJson({ status: 'FAILURE', result })).not.toThrow();
      expect(tracebackOf(thrown)).not.toBe('');
    }
  });

  it('has a traceback with causes, even endless ones', () => {
    const error = new Error('outer', { cause: new Error('inner', { cause: 'root' }) });
    expect(tracebackOf(error)).toMatch(/Error: outer[\s\S]*Caused by: Error: inner[\s\S]*Caused by: Thrown: 'root'/);
    const loop = new Error('loop');
    loop.cause = loop;
    expect(tracebackOf(loop).match(/Error: loop/g)).toHaveLength(1);
  });

  it("is shown in Python's notation", () => {
    expect(exceptionRepr({ exc_type: 'Outer.ValueError', exc_message: ['boom', 2], exc_module: 'm' })).toBe(
      "ValueError('boom', 2)",
    );
    expect(exceptionRepr(celeryExceptions.notRegistered('proj.gone'))).toBe("NotRegistered('proj.gone')");
  });

  it("has Celery's own exceptions in Celery's form", () => {
    expect(celeryExceptions.taskRevoked('expired')).toEqual({
      exc_type: 'TaskRevokedError',
      exc_message: ['expired'],
      exc_module: 'celery.exceptions',
    });
    expect(celeryExceptions.timeLimitExceeded(2)).toEqual({
      exc_type: 'TimeLimitExceeded',
      exc_message: [2],
      exc_module: 'billiard.exceptions',
    });
    expect(celeryExceptions.softTimeLimitExceeded().exc_message).toEqual([]);
    expect(celeryExceptions.chordError('a', "ValueError('boom')").exc_message).toEqual([
      "Dependency a raised ValueError('boom')",
    ]);
    expect(
      celeryExceptions.maxRetriesExceeded({ task: 't', id: 'i', argsrepr: '(1,)', kwargsrepr: '{}' }).exc_message,
    ).toEqual(["Can't retry t[i] args:(1,) kwargs:{}"]);
  });
});
