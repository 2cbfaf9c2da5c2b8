import { describe, expect, it } from 'vitest';
import { isCeleriacError } from './celeriac-error.ts';
import {
  encodeResultMeta,
  encodeRpcResult,
  parseResultMeta,
  readResultTuples,
  resultMetaText,
} from './result-codec.ts';
import type { ResultMeta } from './result-meta.ts';

const meta: ResultMeta = {
  task_id: 'x',
  status: 'SUCCESS',
  queue: 'celery',
  retries: 0,
  worker: 'w@h',
  kwargs: { y: 1 },
  args: [2],
  name: 'add',
  parent_id: 'p',
  group_id: 'g',
  date_done: '2026-11-21T05:35:31.618339',
  children: [[['c', null], null]],
  traceback: null,
  result: 5,
};

describe('result meta', () => {
  it("is written in Celery's key order", () => {
    expect(Object.keys(encodeResultMeta(meta))).toEqual(
      'status result traceback children date_done group_id parent_id name args kwargs worker retries queue task_id'.split(
        ' ',
      ),
    );
    expect(Object.keys(encodeRpcResult(meta))).toEqual(['task_id', 'status', 'result', 'traceback', 'children']);
  });

  it('is the same text whether the result comes as a value or as text', () => {
    expect(resultMetaText(meta, '5')).toBe(resultMetaText(meta));
    const big = { ...meta, result: { n: 2n ** 64n, at: new Date(0) } };
    expect(resultMetaText(big, '{"n":18446744073709551616,"at":"1970-01-01T00:00:00Z"}')).toBe(resultMetaText(big));
    expect(parseResultMeta(JSON.parse(resultMetaText(meta)))).toEqual(meta);
  });

  it('D8: names the path of a result that cannot be written', () => {
    let path = '';
    try {
      resultMetaText({ ...meta, result: { items: [{ fn: () => {} }] } });
    } catch (error) {
      if (isCeleriacError(error, 'CLR_ENCODE')) path = (error as unknown as { path: string }).path;
    }
    expect(path).toBe('result.items[0].fn');
  });

  it('M30: reads odd rows of other writers as data', () => {
    const odd = parseResultMeta({
      status: 'SOMETHING',
      result: { exc_type: 'os' },
      traceback: { a: 1 },
      children: [
        'x',
        7,
        { a: 1 },
        [[7, null], null],
        [
          ['ok', 'parent'],
          [[['child', null], null], 5],
        ],
      ],
      date_done: 12,
      task_id: 'x',
      group_id: 7,
      retries: '1',
    });
    expect(odd).toEqual({
      status: 'SOMETHING',
      result: { exc_type: 'os' },
      traceback: '{"a":1}',
      children: [
        [['x', null], null],
        [['ok', [['parent', null], null]], [[['child', null], null]]],
      ],
      date_done: null,
      task_id: 'x',
    });
  });

  it('M30: keeps the names of an exception as data, whatever they are', () => {
    for (const exc_type of ['os', 'Function', '__proto__', 'constructor']) {
      const read = parseResultMeta(
        { status: 'FAILURE', result: { exc_type, exc_module: 'os', exc_message: ['id'] } },
        'x',
      );
      expect(read.result).toEqual({ exc_type, exc_message: ['id'], exc_module: 'os' });
      expect(read.task_id).toBe('x');
    }
    const bare = parseResultMeta({ status: 'FAILURE', result: { exc_type: 'E', exc_message: 'text', exc_module: {} } });
    expect(bare.result).toEqual({ exc_type: 'E', exc_message: 'text', exc_module: null });
  });

  it.each([null, 7, [], 'x', {}, { status: 7 }, { status: '' }])('refuses %j', (value) => {
    expect(() => parseResultMeta(value)).toThrow(/result/);
  });

  it('cuts off endless parents', () => {
    let tuple: unknown = [['x', null], null];
    for (let depth = 0; depth < 5000; depth++) tuple = [['x', tuple], null];
    expect(readResultTuples([tuple])).toHaveLength(1);
    expect(readResultTuples('garbage')).toEqual([]);
  });
});
