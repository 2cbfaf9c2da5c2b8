import { expect, test } from 'vitest';
import { fromWireOptions, toWireOptions } from './option-names.ts';

test('options travel by their Python names, and come back', () => {
  const options = { taskId: 'x', softTimeLimit: 3, routingKey: 'k', ignoreResult: true, groupIndex: 2 };
  const wire = toWireOptions(options);
  expect(wire).toEqual({ task_id: 'x', soft_time_limit: 3, routing_key: 'k', ignore_result: true, group_index: 2 });
  expect(fromWireOptions(wire)).toEqual(options);
});

test('dates become ISO text with six digits or none', () => {
  expect(toWireOptions({ eta: new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 678)) })).toEqual({
    eta: '2026-01-02T03:04:05.678000+00:00',
  });
  expect(toWireOptions({ eta: new Date(Date.UTC(2026, 0, 2)) })).toEqual({ eta: '2026-01-02T00:00:00+00:00' });
});

test('what other clients add, and nulls, are left out', () => {
  expect(fromWireOptions({ chord_size: 3, queue: null, priority: 1, __proto__x: 1 })).toEqual({ priority: 1 });
});
