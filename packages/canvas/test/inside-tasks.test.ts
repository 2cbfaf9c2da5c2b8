import { type AsyncResult, Reject, type ResultNode, type SignatureLike } from '@celeriac/core';
import type { SignatureJson } from '@celeriac/protocol';
import { describe, expect, test } from 'vitest';
import { chain, chord, group, signature } from '../src/index.ts';
import { workflowStage } from './workflow-stage.fixture.ts';

type Stage = Awaited<ReturnType<typeof workflowStage>>;

/** A task whose place another signature takes. */
function replacing(stage: Stage, make: (value: number) => SignatureLike) {
  return stage.app.task('replacing', { bind: true }, (context, value: number): number => context.replace(make(value)));
}

describe('a task that is replaced', () => {
  test.each([
    ['a task', (stage: Stage) => stage.add.s(1), 4],
    ['a chain', (stage: Stage) => chain(stage.add.s(1), stage.add.s(10)), 14],
    ['a chord', (stage: Stage) => chord([stage.add.s(1), stage.add.s(2)], stage.sum.s()), 9],
    ['a group, whose results are gathered', (stage: Stage) => group(stage.add.s(1), stage.add.s(2)), [4, 5]],
    [
      'a chain that ends with a group',
      (stage: Stage) => chain(stage.add.s(1), group(stage.add.s(1), stage.add.s(2))),
      [5, 6],
    ],
  ] as const)('by %s has its result', async (_, make, expected) => {
    await using stage = await workflowStage();
    const task = replacing(stage, (value) => make(stage).clone([value]));
    const sent = await task.delay(3);
    const chained = await chain(task.s(3), stage.list.s('after'), stage.list.s()).delay();
    const chorded = await chord([task.s(3), stage.add.s(1, 1)], stage.list.s()).delay();
    const linked = await task.s(3).link(stage.note.s('linked')).delay();
    await stage.worker.idle();
    expect(await sent.get()).toEqual(expected);
    expect(await chained.get()).toEqual([[expected, 'after']]);
    expect(await chorded.get()).toEqual([[expected, 2]]);
    expect(await linked.get()).toEqual(expected);
    expect(stage.seen).toEqual([`linked ${JSON.stringify(expected)}`]);
  });

  test('fails when its replacement fails, with all that was to follow', async () => {
    await using stage = await workflowStage();
    const task = replacing(stage, () => chain(stage.add.s(1, 1), stage.fail.s()));
    const sent = await chain(task.s(1), stage.note.s()).linkError(stage.note.si('failed', 'errback')).delay();
    const chorded = await chord([task.s(1)], stage.sum.s()).delay();
    await stage.worker.idle();
    await expect(sent.get()).rejects.toMatchObject({ excType: 'RangeError' });
    await expect((sent.parent as AsyncResult).get()).rejects.toMatchObject({ excType: 'RangeError' });
    await expect(chorded.get()).rejects.toMatchObject({ excType: 'ChordError' });
    expect(stage.seen).toEqual(['errback "failed"']);
  });

  test('again and again counts how often, and keeps root and stamps', async () => {
    await using stage = await workflowStage();
    const { app, worker } = stage;
    const down = app.task('down', { bind: true }, (context, n: number): unknown => {
      const { replacedTaskNesting: nesting, rootId: root, stamps } = context.request;
      return n === 0 ? { nesting, root, stamps } : context.replace(down.s(n - 1));
    }) as { s(n: number): ReturnType<Stage['add']['s']> };
    const sent = await down.s(3).stamp({ customer: 'Ann' }).delay();
    await worker.idle();
    expect(await sent.get()).toEqual({ nesting: 3, root: sent.id, stamps: { customer: 'Ann' } });
  });

  test('by what could not run fails, naming it', async () => {
    await using stage = await workflowStage();
    const inChord = stage.add.s(1, 1).set({ chord: stage.sum.s() });
    const sent = await replacing(stage, () => inChord as never).delay(1);
    await stage.worker.idle();
    await expect(sent.get()).rejects.toMatchObject({ excType: 'SignatureError' });
  });

  test('in the calling process runs its replacement there', async () => {
    await using stage = await workflowStage();
    const task = replacing(stage, (value) => chain(stage.add.s(value, 1), stage.add.s(10)));
    expect(await (await task.apply([3])).get()).toBe(14);
    const ran = await chain(task.s(3), stage.list.s()).apply([]);
    expect(await ran.get()).toEqual([14]);
  });
});

describe('a chord that grows', () => {
  test('waits for the tasks that a member added, and has their results beside its own', async () => {
    await using stage = await workflowStage();
    const { app, add, list, worker } = stage;
    const growing = app.task('growing', { bind: true }, async (context, value: number) => {
      await context.addToChord(add.s(value, 100));
      return value;
    });
    const sent = await chord([growing.s(1), add.s(2, 0)], list.s()).delay();
    await worker.idle();
    const [[first, second, third]] = (await sent.get()) as [[number, number, number]];
    expect([[first, second].sort(), third]).toEqual([[1, 101], 2]);
  });

  test('waits for a task that was added and not sent yet; a chain stands for its last step', async () => {
    await using stage = await workflowStage();
    const { app, add, list, note, worker, seen } = stage;
    const later: SignatureJson[] = [];
    const growing = app.task('growing', { bind: true }, async (context, value: number) => {
      const added = await context.addToChord(chain(add.s(value, 100), add.s(1000)), { lazy: true });
      later.push(added.toJSON());
      return value;
    });
    const sent = await chord([growing.s(1)], list.s().link(note.si('body'))).delay();
    await worker.idle();
    expect([await sent.state(), seen]).toEqual(['PENDING', []]);
    await signature(later[0]!, { app }).delay();
    await worker.idle();
    expect([(await sent.get()).map((values) => [...(values as number[])].sort()), seen]).toEqual([
      [[1, 1101]],
      ['note "body"'],
    ]);
  });

  test('is the only one that can be added to', async () => {
    await using stage = await workflowStage();
    const { app, add, worker } = stage;
    const growing = app.task('growing', { bind: true }, (context) => context.addToChord(add.s(1, 1)));
    const sent = await growing.delay();
    await worker.idle();
    await expect(sent.get()).rejects.toMatchObject({ excType: 'SignatureError' });
  });
});

describe('a workflow that a task sends', () => {
  test('is its child, with the same root', async () => {
    await using stage = await workflowStage();
    const { app, add, sum, info, worker } = stage;
    const sending = app.task('sending', async () => {
      await chord([add.s(1, 1), add.s(2, 2)], sum.s()).delay();
      await group(add.s(1, 1), add.s(2, 2)).delay();
      return (await info.s().delay()).id;
    });
    const sent = await sending.delay();
    await worker.idle();
    const children = await sent.children();
    expect(children.map(({ members }) => members?.length)).toEqual([undefined, 2, undefined]);
    expect(children[0]?.parent?.members).toHaveLength(2);
    expect(await app.result(await sent.get()).get()).toMatchObject({ root: sent.id, parent: sent.id });
    const values: unknown[] = [];
    for await (const [, value] of sent.collect()) values.push(value);
    expect(values).toContain(6);
  });
});

describe('stamps', () => {
  test('reach every task of a workflow and what these lead to', async () => {
    await using stage = await workflowStage();
    const { info, list, worker, app } = stage;
    const sending = app.task('sending', async (_: unknown) => (await info.s().delay()).id);
    const stamped = chain(
      info.s(),
      group(info.s(), info.s()),
      info.s().link(info.s().set({ taskId: 'link' })),
      sending.s(),
    );
    const sent = await stamped.stamp({ customer: 'Ann', tags: ['a', 'b'] }).delay();
    await chord([list.s()], info.s().set({ taskId: 'body' })).delay();
    await worker.idle();
    const child = await sent.get();
    const nodes: ResultNode[] = [
      sent.parent!,
      sent.parent!.parent!,
      sent.parent!.parent!.parent!,
      app.result('link'),
      app.result(child),
    ];
    const stamps = { customer: 'Ann', tags: ['a', 'b'] };
    for (const node of nodes) {
      const seen = [await node.get()].flat() as { stamps: unknown; stamped: string[] }[];
      for (const one of seen) expect([one.stamps, [...one.stamped].sort()]).toEqual([stamps, ['customer', 'tags']]);
    }
    expect(await app.result('body').get()).toMatchObject({ stamps: {}, stamped: null });
  });

  test('that a task has itself stand against those that it inherits', async () => {
    await using stage = await workflowStage();
    const { info, worker } = stage;
    const sent = await chain(info.s().stamp({ level: 1 }), info.s().stamp({ level: 2, own: true })).delay();
    await worker.idle();
    expect(await sent.get()).toMatchObject({ stamps: { level: 2, own: true } });
  });
});

describe('what does not run', () => {
  test.each(['revoked', 'expired', 'unknown', 'rejected', 'unreadable'] as const)(
    'a %s member fails its chord, a step its chain',
    async (how) => {
      await using stage = await workflowStage();
      const { app, add, sum, note, worker, seen } = stage;
      const refusing = app.task('refusing', (..._: readonly unknown[]): number => {
        throw new TypeError('never');
      });
      const rejecting = app.task('rejecting', (..._: readonly unknown[]): number => {
        throw new Reject('no');
      });
      const bad = {
        revoked: () => add.s(1, 1).set({ taskId: 'bad', countdown: 60 }),
        expired: () => add.s(1, 1).set({ countdown: 60, expires: 1 }),
        unknown: () => app.signature('nowhere') as ReturnType<typeof add.s>,
        rejected: () => rejecting.s(),
        unreadable: () => refusing.s(),
      }[how]();
      const body = () => sum.s().linkError(note.s('errback'));
      const chorded = await chord([bad, add.s(2, 2)], body()).delay();
      const inner = how === 'revoked' ? bad.set({ taskId: 'bad2' }) : bad;
      const chained = await chord([chain(inner, add.s(1), add.s(1)), add.s(2, 2)], body()).delay();
      const last = await chain(how === 'revoked' ? bad.set({ taskId: 'bad3' }) : bad, add.s(1)).delay();
      if (how === 'revoked') {
        await app.control.revoke(['bad', 'bad2', 'bad3']);
        await worker.idle();
      }
      await worker.advance({ minutes: 2 });
      await expect(chorded.get()).rejects.toMatchObject({ excType: 'ChordError' });
      await expect(chained.get()).rejects.toMatchObject({ excType: 'ChordError' });
      await expect(last.get()).rejects.toMatchObject({ code: expect.stringMatching(/CLR_TASK_(FAILED|REVOKED)/) });
      expect(seen.sort()).toEqual([`errback "${chained.id}"`, `errback "${chorded.id}"`].sort());
    },
  );
});
