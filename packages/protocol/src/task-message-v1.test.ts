import { expect, test } from 'vitest';
import { jsonSerializer } from './serializer.ts';
import type { SignatureJson } from './signature-json.ts';
import type { TaskCall } from './task-message.ts';
import { encodeTaskMessageV1 } from './task-message-v1.ts';

const call: TaskCall = { task: 't', id: 'i', args: [1], kwargs: { y: 2 }, origin: 'gen1@h' };
const step = (task: string, options: object = {}): SignatureJson => ({
  task,
  args: [],
  kwargs: {},
  options: { task_id: task, ...options },
  subtask_type: null,
  immutable: false,
});

function bodyOf(more: Partial<TaskCall>): { readonly [name: string]: unknown } {
  const { body } = encodeTaskMessageV1({ ...call, ...more }, { serializer: jsonSerializer }, 0);
  return JSON.parse(Buffer.from(body).toString('utf8'));
}

test('the steps of a chain become links within links, beside those that are there', () => {
  const { callbacks } = bodyOf({ callbacks: [step('own')], chain: [step('c'), step('b', { link: [step('x')] })] });
  expect(callbacks).toEqual([step('own'), { ...step('b'), options: { task_id: 'b', link: [step('x'), step('c')] } }]);
});

test('what the caller adds stands in the headers, and the compression', () => {
  const codec = {
    serializer: jsonSerializer,
    compression: {
      contentType: 'x',
      name: 'x',
      compress: (body: Uint8Array) => body,
      decompress: (body: Uint8Array) => body,
    },
  };
  const { headers, properties } = encodeTaskMessageV1(
    { ...call, headers: { tenant: 'a' }, priority: 3 },
    codec as never,
    0,
  );
  expect(headers).toEqual({ tenant: 'a', compression: 'x' });
  expect(properties).toMatchObject({ correlationId: 'i', priority: 3 });
});

test('an argument that cannot be sent is named', () => {
  expect(() => bodyOf({ args: [() => 1] })).toThrow(expect.objectContaining({ code: 'CLR_ENCODE', path: 'args[0]' }));
});
