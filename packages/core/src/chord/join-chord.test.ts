import type { SignatureJson } from '@celeriac/protocol';
import { describe, expect, test } from 'vitest';
import type { Celeriac } from '../app/celeriac.ts';
import { memoryApp, takeSent } from '../publish/memory-app.fixture.ts';
import { runtimeOf } from '../runtime/runtime-of.ts';
import { applyErrbacks } from './apply-errbacks.ts';
import type { FinishedMember } from './finished-member.ts';
import { joinChord } from './join-chord.ts';

const signature = (task: string, more: Partial<SignatureJson> = {}): SignatureJson => ({
  task,
  args: [],
  kwargs: {},
  options: {},
  subtask_type: null,
  immutable: false,
  ...more,
});

async function open(app: Celeriac, body: SignatureJson): Promise<readonly FinishedMember[]> {
  const runtime = runtimeOf(app);
  const header = ['a', 'b'].map((task) => signature(task));
  await runtime.publisher.applySignatures([
    { signature: signature('celery.chord', { subtask_type: 'chord', kwargs: { kwargs: {}, header, body } }) },
  ]);
  const sent = await takeSent(app, 2);
  return sent.map(({ raw, body: [, , embed] }, index) => ({
    part: {
      groupId: String(raw.headers['group']),
      taskId: String(raw.headers['id']),
      index: raw.headers['group_index'] as number,
      status: 'SUCCESS',
      result: (index + 1) * 10,
    },
    body: embed['chord'] as SignatureJson,
    rootId: String(raw.headers['root_id']),
  }));
}

describe('a chord', () => {
  test('sends its body once, with the values in header order, whoever finishes last or repeats', async () => {
    await using app = memoryApp();
    const runtime = runtimeOf(app);
    const [first, second] = await open(app, signature('sum', { options: { task_id: 'body' } }));
    await joinChord(runtime, second!);
    await joinChord(runtime, second!);
    expect(await app.purge()).toBe(0);
    await joinChord(runtime, first!);
    await joinChord(runtime, first!);
    const [body] = await takeSent(app, 1);
    expect(body!.raw.headers).toMatchObject({ task: 'sum', id: 'body', parent_id: first!.part.taskId });
    expect(body!.body[0]).toEqual([[10, 20]]);
    expect(await app.purge()).toBe(0);
  });

  test('with a failed member fails its body and calls its errbacks', async () => {
    await using app = memoryApp();
    const runtime = runtimeOf(app);
    const exception = { exc_type: 'ValueError', exc_message: ['bad'], exc_module: 'builtins' };
    const body = signature('sum', { options: { task_id: 'body', link_error: [signature('report')] } });
    const [first, second] = await open(app, body);
    await joinChord(runtime, { ...first!, part: { ...first!.part, status: 'FAILURE', result: exception } }, second!);
    await expect(app.result('body').get()).rejects.toMatchObject({
      excType: 'ChordError',
      excMessage: [`Dependency ${first!.part.taskId} raised ValueError('bad')`],
    });
    const [errback] = await takeSent(app, 1);
    expect(errback!.raw.headers['task']).toBe('report');
    expect(errback!.body[0]).toEqual(['body']);
  });

  test('whose size Celery has not told yet waits for the members to come', async () => {
    await using app = memoryApp();
    const runtime = runtimeOf(app);
    const member = (index: number): FinishedMember => ({
      part: { groupId: 'g', taskId: `t${index}`, index, status: 'SUCCESS', result: index },
      body: signature('sum', { options: { task_id: 'body' } }),
      rootId: 't',
    });
    await joinChord(runtime, member(0));
    expect(await app.result('body').state()).toBe('PENDING');
    await (await runtime.backend())?.chords?.open('g', 2);
    await joinChord(runtime, member(1));
    const [body] = await takeSent(app, 1);
    expect(body!.body[0]).toEqual([[0, 1]]);
  });

  test('that nobody knows any more fails its body rather than waiting for ever', async () => {
    await using app = memoryApp();
    const member = {
      part: { groupId: 'gone', taskId: 't', index: 0, status: 'SUCCESS', result: 1 },
      body: signature('sum', { options: { task_id: 'body' } }),
      rootId: 't',
      openedFirst: true,
    };
    await joinChord(runtimeOf(app), member);
    await expect(app.result('body').get()).rejects.toMatchObject({
      excType: 'ChordError',
      excMessage: [expect.stringContaining('expired or was lost')],
    });
  });
});

describe('errbacks', () => {
  const cause = { exception: { exc_type: 'E', exc_message: ['m'], exc_module: 'celeriac' }, traceback: 'tb' };
  const failed = { id: 'failed', rootId: 'root', request: undefined };

  test('that are known here and take more than the id run here; their errors change nothing', async () => {
    await using app = memoryApp();
    const seen: unknown[] = [];
    app.task(
      'here',
      (request: unknown, exception: unknown, traceback: unknown) => void seen.push([request, exception, traceback]),
    );
    app.task('throws', (_request: unknown, _exception: unknown) => {
      throw new Error('in the errback');
    });
    await applyErrbacks(runtimeOf(app), [signature('throws'), signature('here')], failed, cause);
    expect(seen).toEqual([[{ id: 'failed' }, cause.exception, 'tb']]);
    expect(await app.purge()).toBe(0);
  });

  test('all others are sent with the id before their own arguments', async () => {
    await using app = memoryApp();
    app.task('old', (id: string) => id);
    await applyErrbacks(runtimeOf(app), [signature('old', { args: [1] }), signature('elsewhere')], failed, cause);
    const sent = await takeSent(app, 2);
    expect(
      sent.map(({ raw, body }) => [raw.headers['task'], body[0], raw.headers['parent_id'], raw.headers['root_id']]),
    ).toEqual([
      ['old', ['failed', 1], 'failed', 'root'],
      ['elsewhere', ['failed'], 'failed', 'root'],
    ]);
  });
});
