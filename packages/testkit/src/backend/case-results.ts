import assert from 'node:assert/strict';
import type { Backend, StoreOutcome } from '@celeriac/backend';
import { parseIsoTime, type ResultMeta } from '@celeriac/protocol';
import { plainValue } from '../conformance/plain-value.ts';

/** A SUCCESS with its parts; give others to change them. */
export function resultMeta(taskId: string, result: unknown, more: Partial<ResultMeta> = {}): ResultMeta {
  return {
    status: 'SUCCESS',
    result,
    traceback: null,
    children: [],
    date_done: '2026-01-01T10:20:30.123456+00:00',
    ...more,
    task_id: taskId,
  };
}

/** A FAILURE as Celery stores one. */
export function failureMeta(taskId: string, message: string): ResultMeta {
  const result = { exc_type: 'ValueError', exc_message: [message], exc_module: 'builtins' };
  return resultMeta(taskId, result, { status: 'FAILURE', traceback: `Traceback\n  ValueError: ${message}` });
}

/** Stores one result, and insists on the outcome. */
export async function storeOne(backend: Backend, meta: ResultMeta, outcome: StoreOutcome = 'stored'): Promise<void> {
  const report = await backend.store([{ meta }]);
  assert.deepEqual(report.outcomes, [outcome], `outcome of storing ${meta.status} for ${meta.task_id}`);
}

/** Loads one result that must be there. */
export async function loadOne(backend: Backend, taskId: string): Promise<ResultMeta> {
  const [meta, ...more] = await backend.load([taskId]);
  assert(meta, `a result of ${taskId} is there`);
  assert.equal(more.length, 0, 'one id gives one result');
  return meta;
}

/** Insists that every field of `expected` arrived; a store may add fields that Celery's stores add. */
export function assertMeta(actual: ResultMeta | undefined, expected: ResultMeta): void {
  assert(actual, `a result of ${expected.task_id} is there`);
  const { date_done: doneAt, ...rest } = expected;
  const fields = new Map<string, unknown>(Object.entries(actual));
  for (const [field, value] of Object.entries(rest)) {
    assert.deepEqual(plainValue(fields.get(field)), plainValue(value), `field ${field}`);
  }
  assertTime(actual.date_done, doneAt);
}

/** Stores may write the time with or without an offset. */
function assertTime(actual: string | null, expected: string | null): void {
  if (actual === null || expected === null) {
    assert.equal(actual, expected, 'field date_done');
    return;
  }
  assert(Math.abs(parseIsoTime(actual) - parseIsoTime(expected)) < 1, `field date_done: ${actual} is ${expected}`);
}
