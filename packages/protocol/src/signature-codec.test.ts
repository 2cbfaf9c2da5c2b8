import { describe, expect, it } from 'vitest';
import { InvalidTaskError } from './protocol-errors.ts';
import { parseSignature, parseSignatures } from './signature-codec.ts';

function fieldOf(value: unknown): string {
  try {
    parseSignature(value, 's');
  } catch (error) {
    if (error instanceof InvalidTaskError) return error.field;
    throw error;
  }
  return 'accepted';
}

describe('signatures', () => {
  it('fill in what is missing, in key order', () => {
    expect(JSON.stringify(parseSignature({ immutable: true, task: 'add' }, 's'))).toBe(
      '{"task":"add","args":[],"kwargs":{},"options":{},"subtask_type":null,"immutable":true}',
    );
    expect(parseSignature({ task: 'add', chord_size: 3 }, 's')).toMatchObject({ chord_size: 3 });
    expect(parseSignatures(null, 's')).toBeNull();
  });

  it.each<[unknown, string]>([
    [null, 's'],
    ['add', 's'],
    [{}, 's.task'],
    [{ task: '' }, 's.task'],
    [{ task: 'x', args: {} }, 's.args'],
    [{ task: 'x', kwargs: 'x' }, 's.kwargs'],
    [{ task: 'x', options: [] }, 's.options'],
    [{ task: 'x', options: { link: [7] } }, 's.options.link[0]'],
    [{ task: 'x', options: { link_error: {} } }, 's.options.link_error.task'],
    [{ task: 'x', options: { chord: {} } }, 's.options.chord.task'],
    [{ task: 'celery.group', subtask_type: 'group', kwargs: { tasks: {} } }, 's.kwargs.tasks'],
    [{ task: 'celery.chain', subtask_type: 'chain', kwargs: { tasks: [{ task: 'a' }, 0] } }, 's.kwargs.tasks[1]'],
    [{ task: 'celery.chord', subtask_type: 'chord', kwargs: {} }, 's.kwargs.header'],
    [{ task: 'celery.chord', subtask_type: 'chord', kwargs: { header: [], body: 7 } }, 's.kwargs.body'],
    [{ task: 'celery.map', kwargs: { task: 'add' } }, 's.kwargs.task'],
  ])('refuse %j naming %s', (value, field) => {
    expect(fieldOf(value)).toBe(field);
  });

  it('refuse endless nesting without overflowing the stack', () => {
    let value: object = { task: 'add' };
    for (let depth = 0; depth < 2000; depth++) value = { task: 'add', options: { link: [value] } };
    expect(fieldOf(value)).toContain('s.options.link');
  });

  it('M22: keep hostile keys as data', () => {
    const parsed = parseSignature(JSON.parse('{"task":"add","options":{"__proto__":{"x":1},"link":[]}}'), 's');
    expect(Object.keys(parsed.options)).toEqual(['__proto__', 'link']);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });
});
