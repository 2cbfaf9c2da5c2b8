import { expect, test } from 'vitest';
import { customHeaders } from './custom-headers.ts';
import { jsonSerializer } from './serializer.ts';
import { encodeTaskMessage } from './task-message.ts';

test('nothing that Celery or a broker writes is a custom header', () => {
  const call = { task: 't', id: 'i', args: [], kwargs: {}, origin: 'o', stamps: { a: 1 }, stampedHeaders: ['a'] };
  const { headers } = encodeTaskMessage({ ...call, replacedTaskNesting: 1 }, { serializer: jsonSerializer }, 0);
  const broker = {
    compression: 'application/x-gzip',
    redelivered: true,
    'x-death': [],
    'x-first-death-queue': 'q',
    'x-last-death-reason': 'expired',
    'x-delivery-count': 3,
    'x-celeriac-reason': 'r',
  };
  expect(customHeaders({ ...headers, ...broker })).toBeUndefined();
});

test("the caller's headers are kept, whatever their names", () => {
  const headers = JSON.parse('{"task": "t", "tenant": "a", "x-deathly": 1, "__proto__": {"bad": 1}}');
  const custom = customHeaders(headers);
  expect(Object.keys(custom ?? {}).sort()).toEqual(['__proto__', 'tenant', 'x-deathly']);
  expect((custom as { bad?: unknown }).bad).toBeUndefined();
});
