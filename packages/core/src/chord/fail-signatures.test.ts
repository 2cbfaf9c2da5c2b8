import type { SignatureJson } from '@celeriac/protocol';
import { expect, test, vi } from 'vitest';
import { memoryApp } from '../publish/memory-app.fixture.ts';
import { runtimeOf } from '../runtime/runtime-of.ts';
import { failSignatures } from './fail-signatures.ts';

const step = (options: SignatureJson['options']): SignatureJson => ({
  task: 'step',
  args: [],
  kwargs: {},
  options,
  subtask_type: null,
  immutable: false,
});

test('a step that will never run fails where its caller waits for the reply', async () => {
  await using app = memoryApp();
  const runtime = runtimeOf(app);
  const store = vi.spyOn(runtime.results, 'store');
  const cause = { exception: { exc_type: 'E', exc_message: ['m'], exc_module: 'celeriac' }, traceback: null };
  await failSignatures(runtime, [step({ task_id: 'asked', reply_to: 'box' }), step({ task_id: 'kept' })], cause);
  expect(store.mock.calls.map(([request]) => [request.meta.task_id, request.replyTo])).toEqual([
    ['asked', 'box'],
    ['kept', undefined],
  ]);
  expect(await app.result('asked').state()).toBe('FAILURE');
});
