import { describe, expect, it } from 'vitest';
import { zlibCompression } from './compression.ts';
import { EncodeError } from './protocol-errors.ts';
import { jsonSerializer } from './serializer.ts';
import { encodeTaskMessage, type TaskCall } from './task-message.ts';

const call: TaskCall = { task: 'add', id: 'x', args: [2, 3], kwargs: {}, origin: 'gen1@h' };
const codec = { serializer: jsonSerializer };

describe('task messages', () => {
  it("have Celery's sixteen headers in Celery's order", () => {
    const { headers, properties, body } = encodeTaskMessage(call, codec, 0);
    expect(JSON.stringify(headers)).toBe(
      '{"lang":"js","task":"add","id":"x","shadow":null,"eta":null,"expires":null,"group":null,"group_index":null,"retries":0,"timelimit":[null,null],"root_id":"x","parent_id":null,"argsrepr":"(2, 3)","kwargsrepr":"{}","origin":"gen1@h","ignore_result":false}',
    );
    expect(properties).toEqual({ correlationId: 'x', deliveryMode: 2, priority: 0 });
    expect(Buffer.from(body).toString()).toBe(
      '[[2,3],{},{"callbacks":null,"errbacks":null,"chain":null,"chord":null}]',
    );
  });

  it('carry eta and expires with six digits, and the time to live in whole milliseconds', () => {
    const { headers, properties } = encodeTaskMessage(
      { ...call, eta: 1_000_123, expires: 2_000_000.7 },
      codec,
      1_500_000,
    );
    expect(headers['eta']).toBe('1970-01-01T00:16:40.123000+00:00');
    expect(headers['expires']).toBe('1970-01-01T00:33:20.000700+00:00');
    expect(properties.expiration).toBe('500000');
    expect(encodeTaskMessage({ ...call, expires: 5 }, codec, 10).properties.expiration).toBe('0');
    expect(encodeTaskMessage({ ...call, expires: '1970-01-01T00:00:01Z' }, codec, 0).properties.expiration).toBe(
      '1000',
    );
    expect(encodeTaskMessage({ ...call, expires: 'soon' }, codec, 0).properties.expiration).toBeUndefined();
  });

  it('merge custom headers flat, which win, and compress the body', () => {
    const headers = JSON.parse('{"x-trace":"a","retries":5,"__proto__":{"evil":1}}');
    const message = encodeTaskMessage(
      { ...call, headers, replacedTaskNesting: 1, stampedHeaders: ['s'], stamps: { s: 1 } },
      { ...codec, compression: zlibCompression },
      0,
    );
    expect(message.headers).toMatchObject({
      'x-trace': 'a',
      retries: 5,
      replaced_task_nesting: 1,
      stamped_headers: ['s'],
    });
    expect(message.headers['evil']).toBeUndefined();
    expect(message.headers['compression']).toBe('application/x-gzip');
    expect(Buffer.from(zlibCompression.decompress(message.body, 1000)).toString()).toContain('[[2,3]');
  });

  it.each<[Partial<TaskCall>, string]>([
    [{ args: [0, { fn: () => {} }] }, 'args[1].fn'],
    [{ kwargs: { a: [Symbol('s')] } }, 'kwargs.a[0]'],
    [
      { chain: [{ task: 't', args: [new Set()], kwargs: {}, options: {}, subtask_type: null, immutable: false }] },
      'embed.chain[0].args[0]',
    ],
  ])('D8: name the path of an argument that cannot be sent', (change, path) => {
    let caught: unknown;
    try {
      encodeTaskMessage({ ...call, ...change }, codec, 0);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(EncodeError);
    expect((caught as EncodeError).path).toBe(path);
  });
});
