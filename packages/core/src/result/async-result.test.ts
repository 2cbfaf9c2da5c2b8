import type { ResultMeta } from '@celeriac/protocol';
import { describe, expect, test } from 'vitest';
import { runAsTask } from '../execute/current-task.ts';
import { AsyncResult } from './async-result.ts';
import { metaOf } from './backend-double.fixture.ts';
import { ErrorRegistry } from './failure-error.ts';
import { GroupResult } from './group-result.ts';
import { resultSource } from './node-of.ts';
import type { ResultSource } from './result-source.ts';

function source(meta: ResultMeta | undefined): ResultSource & { loads: number } {
  const errors = new ErrorRegistry();
  const counted = { loads: 0 };
  const made = resultSource({
    load: async () => {
      counted.loads++;
      return meta;
    },
    wait: async () => meta!,
    forget: async () => {},
    revoke: async (ids, options) => [{ node: 'n', value: [ids, options] }],
    saveGroup: async () => {},
    loadGroup: async () => undefined,
    errorOf: (failed) => errors.errorOf(failed),
  });
  return Object.assign(counted, made);
}

const failed = metaOf('x', {
  status: 'FAILURE',
  result: { exc_type: 'E', exc_message: ['m'], exc_module: 'm' },
  traceback: 'tb',
});

describe('revoking', () => {
  test('tells the workers the id, or all ids of a group at once', async () => {
    const from = source(undefined);
    const options = { terminate: true, wait: true } as const;
    const group = new GroupResult('g', [new AsyncResult('a', from), new AsyncResult('b', from)], from);
    expect(await new AsyncResult('x', from).revoke()).toEqual([{ node: 'n', value: [['x'], {}] }]);
    expect(await group.revoke(options)).toEqual([{ node: 'n', value: [['a', 'b'], options] }]);
  });
});

describe('a result', () => {
  test('that nobody knows is pending', async () => {
    const result = new AsyncResult('x', source(undefined));
    expect([
      await result.state(),
      await result.ready(),
      await result.info(),
      await result.traceback(),
      await result.dateDone(),
    ]).toEqual(['PENDING', false, null, null, null]);
  });

  test('that is ready is loaded once', async () => {
    const from = source(metaOf('x', { result: 5, date_done: '2026-01-02T03:04:05.678901' }));
    const result = new AsyncResult('x', from);
    expect([await result.successful(), await result.failed(), await result.info()]).toEqual([true, false, 5]);
    expect((await result.dateDone())?.toISOString()).toBe('2026-01-02T03:04:05.678Z');
    expect(from.loads).toBe(1);
  });

  test('of a failed task throws, or is described when it should not', async () => {
    await expect(new AsyncResult('x', source(failed)).get()).rejects.toMatchObject({
      code: 'CLR_TASK_FAILED',
      excType: 'E',
    });
    expect(await new AsyncResult('x', source(failed)).get({ propagate: false })).toMatchObject({ exc_type: 'E' });
    expect(await new AsyncResult('x', source(failed)).traceback()).toBe('tb');
  });

  test('is not waited for inside of a task, unless that is wanted', async () => {
    const current = { id: 't', rootId: 't', parentId: null, priority: undefined, trail: true, children: [] };
    const result = new AsyncResult<number>('x', source(metaOf('x', { result: 1 })));
    await expect(runAsTask(current, () => result.get())).rejects.toMatchObject({ code: 'CLR_WAIT_INSIDE_TASK' });
    expect(await runAsTask(current, () => result.get({ disableSyncSubtasks: false }))).toBe(1);
  });

  test('knows the tasks that it sent, and their parents', async () => {
    const tuples = [
      [['a', [['p', null], null]], null],
      [
        ['group', null],
        [
          [['b', null], null],
          [['c', null], null],
        ],
      ],
    ] as const;
    const children = await new AsyncResult('x', source(metaOf('x', { children: tuples }))).children();
    expect(children.map(({ id, parent }) => [id, parent?.id])).toEqual([
      ['a', 'p'],
      ['group', undefined],
    ]);
    expect(children[1]).toBeInstanceOf(GroupResult);
    expect(children[1]?.members?.map(({ id }) => id)).toEqual(['b', 'c']);
    expect(children.map((child) => child.asTuple())).toEqual(tuples);
  });
});
