import { describe, expect, it } from 'vitest';
import { InvalidTaskError } from './protocol-errors.ts';
import type { RawMessage } from './raw-message.ts';
import { readTaskRequest } from './task-request.ts';

function messageOf(headers: object, properties: object = {}, body = '[[],{},null]'): RawMessage {
  return {
    body: Buffer.from(body),
    contentType: 'application/json',
    contentEncoding: 'utf-8',
    headers: { ...headers },
    properties,
  };
}

const undecoded = (): never => {
  throw new Error('the body was decoded');
};

function read(headers: object): ReturnType<typeof readTaskRequest> {
  return readTaskRequest(messageOf({ task: 'add', id: 'x', ...headers }), undecoded);
}

function fieldOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof InvalidTaskError) return error.field;
    throw error;
  }
  return 'accepted';
}

describe('reading a task from its headers', () => {
  it('leaves the body alone and fills in defaults', () => {
    expect(read({})).toMatchObject({
      task: 'add',
      id: 'x',
      protocol: 2,
      rootId: 'x',
      parentId: null,
      etaMs: null,
      expiresMs: null,
      retries: 0,
      timeLimitSeconds: null,
      softTimeLimitSeconds: null,
      ignoreResult: null,
      argsrepr: '',
      origin: null,
      priority: 0,
      utc: true,
      replacedTaskNesting: 0,
      stampedHeaders: null,
    });
  });

  it('reads every header', () => {
    const request = readTaskRequest(
      messageOf(
        {
          task: 'add',
          id: 'x',
          shadow: 's',
          eta: '2030-01-01T00:00:00+00:00',
          expires: '2030-01-01T00:00:00.000500',
          group: 'g',
          group_index: 3,
          retries: 2,
          timelimit: [10, 5.5],
          root_id: 'r',
          parent_id: 'p',
          argsrepr: '(1,)',
          kwargsrepr: '{}',
          origin: 'gen1@h',
          ignore_result: true,
          replaced_task_nesting: 1,
          stamped_headers: ['a'],
          stamps: { a: [1] },
          'x-custom': 1,
        },
        { replyTo: 'q', correlationId: 'x', priority: 999 },
      ),
      undecoded,
    );
    expect(request).toMatchObject({
      shadow: 's',
      etaMs: Date.UTC(2030, 0, 1),
      expiresMs: Date.UTC(2030, 0, 1) + 0.5,
      group: 'g',
      groupIndex: 3,
      retries: 2,
      timeLimitSeconds: 10,
      softTimeLimitSeconds: 5.5,
      rootId: 'r',
      parentId: 'p',
      origin: 'gen1@h',
      ignoreResult: true,
      replyTo: 'q',
      correlationId: 'x',
      priority: 255,
      replacedTaskNesting: 1,
      stampedHeaders: ['a'],
    });
    expect(request.headers['x-custom']).toBe(1);
    expect(Object.getPrototypeOf(request.headers)).toBeNull();
  });

  it.each([undefined, null, 7, {}, [], '', 'x'.repeat(256)])('M13: refuses the id %j', (id) => {
    const message = messageOf({ task: 'add', id });
    expect(fieldOf(() => readTaskRequest(message, () => []))).toBe('id');
  });

  it.each(['../../x', 'a*b[c]', '\r\nSET x', '__proto__', 'x'.repeat(255)])(
    'M13: takes the id %j as plain text',
    (id) => {
      expect(read({ id }).id).toBe(id);
    },
  );

  it.each([7, {}, [], '', true])('M14: refuses the task %j', (task) => {
    expect(fieldOf(() => read({ task }))).toBe('task');
  });

  it.each(['__proto__', 'constructor', 'toString'])('M14: takes the task name %s as plain text', (task) => {
    expect(read({ task }).task).toBe(task);
  });

  it.each<[string, unknown[]]>([
    ['retries', ['x', -1, 1e9, 1.5, Number.NaN, {}, 2n ** 60n]],
    ['eta', ['not-a-date', 12, {}, '2024-13-45', '2024-01-01T00:00:00+99:99', '', true]],
    ['expires', ['xx', 12, {}, -5, []]],
    ['timelimit', ['abc', [1], [null], [-1, -1], [5, 10], [0, null], [1, 2, 3], {}, ['1', null], [Number.NaN, null]]],
    ['group', [7, {}]],
    ['group_index', ['1', -1, 1.5, {}]],
    ['root_id', [7, []]],
    ['parent_id', [7, []]],
    ['shadow', [7, {}]],
  ])('M15-M18: refuses a bad %s and names it', (field, values) => {
    for (const value of values) expect(fieldOf(() => read({ [field]: value }))).toBe(field);
  });

  it('M16: takes far and bare times', () => {
    expect(read({ eta: '0001-01-01' }).etaMs).toBe(-62_135_596_800_000);
    expect(read({ eta: '9999-12-31T23:59:59.999999' }).etaMs).toBeCloseTo(253_402_300_799_999.999, 0);
    expect(read({ eta: '2030-01-01T00:00:00.000123+02:00' }).etaMs).toBe(Date.UTC(2029, 11, 31, 22) + 0.123);
  });

  it.each<[unknown, number]>([
    [-1, 0],
    [9, 9],
    [Number.NaN, 0],
    [999, 255],
  ])('M19: clamps the priority %d to %d', (priority, read) => {
    const message = messageOf({ task: 'add', id: 'x' }, { priority });
    expect(readTaskRequest(message, undecoded).priority).toBe(read);
  });
});

describe('reading a task from its body', () => {
  const readV1 = (body: unknown): ReturnType<typeof readTaskRequest> => readTaskRequest(messageOf({}), () => body);

  it('reads protocol 1', () => {
    const request = readV1({
      task: 'add',
      id: 'x',
      args: [1, 'a'],
      kwargs: { b: 2 },
      taskset: 'g',
      group: 'other',
      utc: false,
      timelimit: [5, null],
      root_id: 'r',
    });
    expect(request).toMatchObject({
      protocol: 1,
      group: 'g',
      utc: false,
      timeLimitSeconds: 5,
      argsrepr: "(1, 'a')",
      kwargsrepr: "{'b': 2}",
      rootId: 'x',
    });
  });

  it.each([null, 7, 'x', [], {}, { hello: 1 }, { id: 'x' }])('refuses the body %j: there is no task in it', (body) => {
    expect(fieldOf(() => readV1(body))).toBe('task');
  });

  it.each<[object, string]>([
    [{ task: 'add' }, 'id'],
    [{ task: 'add', id: 'x', taskset: {} }, 'group'],
    [{ task: 'add', id: 'x', retries: 'x' }, 'retries'],
    [{ task: 'add', id: 'x', eta: 5 }, 'eta'],
  ])('M29: refuses %j naming %s', (body, field) => {
    expect(fieldOf(() => readV1(body))).toBe(field);
  });

  it('reads a hybrid: names in the body, headers win', () => {
    const body = { args: [], kwargs: {}, task: 'other', id: 'body', retries: 2, eta: '2030-01-01' };
    const message = messageOf({ task: 'add', id: 'x' }, {}, JSON.stringify(body));
    expect(readTaskRequest(message, () => body)).toMatchObject({
      protocol: 'hybrid',
      task: 'add',
      id: 'x',
      retries: 2,
      etaMs: Date.UTC(2030, 0, 1),
    });
  });
});
