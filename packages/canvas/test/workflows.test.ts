import { type AsyncResult, GroupResult, type ResultNode } from '@celeriac/core';
import { describe, expect, test } from 'vitest';
import { chain, chord, chunks, group, map, signature, starmap } from '../src/index.ts';
import { workflowStage } from './workflow-stage.fixture.ts';

describe('a chain', () => {
  test('hands each result to the next step; immutable steps take none', async () => {
    await using stage = await workflowStage();
    const { add, list, worker } = stage;
    const sent = await chain(add.s(1, 2), add.s(10), list.si('own'), list.s('last')).delay();
    await worker.idle();
    expect(await sent.get()).toEqual([['own'], 'last']);
    expect(sent.asList()).toHaveLength(4);
    expect(await (sent.parent as AsyncResult).get()).toEqual(['own']);
  });

  test('gives the first step the arguments of the call', async () => {
    await using stage = await workflowStage();
    const sent = await chain(stage.add.s(1), stage.mul.s(3)).delay(5);
    await stage.worker.idle();
    expect(await sent.get()).toBe(18);
  });

  test('in a chain is flattened; the id of its last task is the one that was asked for', async () => {
    await using stage = await workflowStage();
    const { add } = stage;
    const sent = await chain(add.s(1, 1), chain(add.s(1), chain(add.s(1), add.s(1)))).applyAsync([], {
      taskId: 'mine',
    });
    await stage.worker.idle();
    expect([sent.id, await sent.get(), sent.asList().length]).toEqual(['mine', 5, 4]);
  });

  test('fails as a whole: every later step has the error, no later step runs', async () => {
    await using stage = await workflowStage();
    const { add, fail, note, worker } = stage;
    const sent = await chain(add.s(1, 2), fail.s(), note.s(), note.s()).delay();
    await worker.idle();
    await expect(sent.get()).rejects.toMatchObject({ excType: 'RangeError', excMessage: ['on purpose'] });
    const states = await Promise.all(
      [sent, sent.parent, sent.parent?.parent].map((one) => (one as AsyncResult).state()),
    );
    expect(states).toEqual(['FAILURE', 'FAILURE', 'FAILURE']);
    expect(stage.seen).toEqual([]);
  });

  test('goes on after retries', async () => {
    await using stage = await workflowStage();
    const sent = await chain(stage.flaky.s(4, 3), stage.add.s(1)).delay();
    await stage.worker.advance({ seconds: 10 });
    expect(await sent.get()).toBe(5);
  });

  test('calls its errbacks for whichever step fails, and its callbacks after the last one', async () => {
    await using stage = await workflowStage();
    const { add, fail, note, worker, seen } = stage;
    await chain(add.s(1, 2), add.s(1)).link(note.s('done')).linkError(note.s('failed')).delay();
    const failed = await chain(add.s(1, 2), fail.s(), add.s(1)).linkError(note.si('failed', 'errback')).delay();
    await worker.idle();
    await expect(failed.get()).rejects.toThrow();
    expect(seen.sort()).toEqual(['done 4', 'errback "failed"']);
  });
});

describe('a group', () => {
  test('gives the results in order, whichever is first', async () => {
    await using stage = await workflowStage();
    const { flaky, add, worker } = stage;
    const sent = await group(flaky.s(1, 2), add.s(1, 1), flaky.s(3, 1)).delay();
    expect(sent).toBeInstanceOf(GroupResult);
    await worker.idle();
    expect([await sent.completedCount(), await sent.ready(), await sent.waiting()]).toEqual([1, false, true]);
    await worker.advance({ seconds: 5 });
    expect(await sent.get()).toEqual([1, 2, 3]);
    expect([await sent.completedCount(), await sent.successful(), await sent.failed()]).toEqual([3, true, false]);
  });

  test('gives all members the arguments of the call, and one group id', async () => {
    await using stage = await workflowStage();
    const { add, info, worker } = stage;
    const sums = await group([1, 2, 3].map((n) => add.s(n))).delay(10);
    const infos = await group(info.s(), info.s()).delay();
    await worker.idle();
    expect(await sums.get()).toEqual([11, 12, 13]);
    expect(new Set((await infos.get()).map((one) => one.group))).toEqual(new Set([infos.id]));
  });

  test('of none is done at once', async () => {
    await using stage = await workflowStage();
    const sent = await group([], { app: stage.app }).delay();
    expect([await sent.ready(), await sent.successful(), await sent.get()]).toEqual([true, true, []]);
  });

  test('comes from a generator that is gone through once', async () => {
    await using stage = await workflowStage();
    let made = 0;
    function* members() {
      for (let n = 0; n < 100; n++) {
        made++;
        yield stage.add.s(n, 1);
      }
    }
    const sent = await group(members()).delay();
    await stage.worker.idle();
    expect((await sent.get()).at(-1)).toBe(100);
    expect(made).toBe(100);
  });

  test('tells the first failure, or all outcomes in order', async () => {
    await using stage = await workflowStage();
    const { add, fail, worker } = stage;
    const sent = await group(add.s(1, 1), fail.s(), add.s(2, 2)).delay();
    await worker.idle();
    await expect(sent.get()).rejects.toMatchObject({ excType: 'RangeError' });
    expect(await sent.get({ propagate: false })).toEqual([2, expect.objectContaining({ exc_type: 'RangeError' }), 4]);
    expect([await sent.failed(), await sent.successful(), await sent.ready()]).toEqual([true, false, true]);
  });

  test('has growing countdowns when it is skewed', async () => {
    await using stage = await workflowStage();
    await group(['a', 'b', 'c', 'd'].map((text) => stage.note.s(text)))
      .skew({ start: 1, stop: 4 })
      .delay();
    const { worker, seen } = stage;
    await worker.idle();
    const counts = [seen.length];
    for (let second = 1; second < 4; second++) {
      await worker.advance({ seconds: 1 });
      counts.push(seen.length);
    }
    expect(counts).toEqual([0, 2, 3, 4]);
    expect(() => group(stage.note.s('x')).skew({ step: 0 })).toThrow(RangeError);
  });

  test('links its first member immutably, errbacks to all; a link of the call is refused', async () => {
    await using stage = await workflowStage();
    const { add, fail, note, list, worker, seen } = stage;
    await group(add.s(1, 1), fail.s(), fail.s()).link(note.s('linked')).linkError(note.si('failed')).delay();
    await expect(group(add.s(1, 1), list.s()).applyAsync([], { link: note.s() })).rejects.toMatchObject({
      code: 'CLR_INVALID_CALL',
      option: 'link',
    });
    await worker.idle();
    expect(seen.sort()).toEqual(['note "failed"', 'note "failed"', 'note "linked"']);
  });

  test('is saved and restored', async () => {
    await using stage = await workflowStage();
    const sent = await group(stage.add.s(1, 1), stage.add.s(2, 2)).delay();
    await sent.save();
    await stage.worker.idle();
    const restored = await stage.app.restore(sent.id);
    expect(restored?.asTuple()).toEqual(sent.asTuple());
    expect(await restored?.get()).toEqual([2, 4]);
    await sent.delete();
    expect(await stage.app.restore(sent.id)).toBeUndefined();
  });
});

describe('a chord', () => {
  test('calls its body once with the results in order', async () => {
    await using stage = await workflowStage();
    const { flaky, add, list, worker, note, seen } = stage;
    const sent = await chord([flaky.s(1, 2), add.s(1, 1), flaky.s(3, 1)], list.s().link(note.si('once'))).delay();
    await worker.advance({ seconds: 10 });
    expect(await sent.get()).toEqual([[1, 2, 3]]);
    expect(seen).toEqual(['note "once"']);
    expect(sent.parent?.members).toHaveLength(3);
  });

  test('without a header calls its body with an empty list', async () => {
    await using stage = await workflowStage();
    const sent = await chord([], stage.list.s()).delay();
    const viaApp = signature(chord([], stage.sum.s()).toJSON(), { app: stage.app });
    const again = await viaApp.delay();
    await stage.worker.idle();
    expect([await sent.get(), await again.get()]).toEqual([[[]], 0]);
  });

  test('fails its body when a header task fails; the others still run; the errback of the body is called once', async () => {
    await using stage = await workflowStage();
    const { add, fail, note, sum, worker, seen } = stage;
    const body = sum.s().linkError(note.s('errback'));
    const sent = await chord([add.s(1, 1).link(note.s()), fail.s().set({ taskId: 'bad' }), fail.s()], body).delay();
    await worker.idle();
    await expect(sent.get()).rejects.toMatchObject({
      excType: 'ChordError',
      excMessage: ["Dependency bad raised RangeError('on purpose')"],
    });
    expect(seen.sort()).toEqual([`errback "${sent.id}"`, 'note 2']);
  });

  test('whose body is a chain, a group or a chord fails to the end of it', async () => {
    await using stage = await workflowStage();
    const { add, fail, sum, list, worker } = stage;
    const header = () => [add.s(1, 1), fail.s()];
    const sent: readonly ResultNode[] = await Promise.all([
      chord(header(), chain(sum.s(), add.s(1))).delay(),
      chord(header(), group(sum.s(), list.s())).delay(),
      chord(header(), chord([sum.s(), list.s()], list.s())).delay(),
      chain(chord(header(), sum.s()), add.s(1), list.s()).delay(),
      chord([chord(header(), sum.s()), add.s(2, 2)], list.s()).delay(),
    ]);
    await worker.idle();
    for (const one of sent) await expect(one.get()).rejects.toMatchObject({ excType: 'ChordError' });
  });

  test.each([
    ['chain', 12],
    ['group', [11, [[2, 9]]]],
    ['chord', [[11, [[2, 9]]]]],
  ] as const)('has a %s as its body', async (kind, expected) => {
    await using stage = await workflowStage();
    const { add, flaky, sum, list, worker } = stage;
    const header = [add.s(1, 1), flaky.s(9, 1)] as const;
    const sent: ResultNode = await {
      chain: () => chord(header, chain(sum.s(), add.s(1))).delay(),
      group: () => chord(header, group(sum.s(), list.s())).delay(),
      chord: () => chord(header, chord([sum.s(), list.s()], list.s())).delay(),
    }[kind]();
    await worker.advance({ seconds: 5 });
    expect(await sent.get()).toEqual(expected);
  });

  test('nests: in headers, in bodies, at the end of chains, and goes on after', async () => {
    await using stage = await workflowStage();
    const { add, sum, list, flaky, worker } = stage;
    const inner = chord([add.s(1, 1), flaky.s(2, 1)], sum.s());
    const nested = await chord(
      [inner, chain(add.s(1, 1), add.s(1)), chain(add.s(1, 0), group(add.s(1), add.s(2)))],
      list.s(),
    ).delay();
    const chained = await chain(
      add.s(1, 1),
      group(add.s(1), add.s(2)),
      sum.s(),
      group(add.s(1), add.s(2)),
      sum.s(),
    ).delay();
    await worker.advance({ seconds: 5 });
    expect(await nested.get()).toEqual([[4, 3, 2, 3]]);
    expect(await chained.get()).toBe(8 + 9);
  });

  test('whose body is a group is followed by another one once', async () => {
    await using stage = await workflowStage();
    const { add, list, note, fail, worker, seen } = stage;
    const first = () => chord([add.s(1, 1)], group(list.s(), list.s()));
    const sent = await chain(first(), chord([note.si('header'), note.si('header')], note.si('body'))).delay();
    const failing = await chain(first(), chord([fail.si(), add.si(1, 1)], list.s())).delay();
    await worker.idle();
    expect(await sent.get()).toBe('body');
    expect(seen.sort()).toEqual(['note "body"', 'note "header"', 'note "header"']);
    await expect(failing.get()).rejects.toMatchObject({ excType: 'ChordError' });
    await expect(failing.parent!.members![0]!.get()).rejects.toMatchObject({ excType: 'RangeError' });
  });

  test('flattens groups in its header, in order', async () => {
    await using stage = await workflowStage();
    const { add, list, worker } = stage;
    const sent = await chord(
      [add.s(1, 0), group(add.s(2, 0), group(add.s(3, 0), add.s(4, 0))), add.s(5, 0)],
      list.s(),
    ).delay();
    await worker.idle();
    expect(await sent.get()).toEqual([[1, 2, 3, 4, 5]]);
  });
});

describe('a group in a chain', () => {
  test('of one member stands for it, when it was written so', async () => {
    await using stage = await workflowStage();
    const { add, list, worker } = stage;
    const bare = await chain(group(add.s(1, 1)), list.s()).delay();
    const listed = await chain(group([add.s(1, 1)]), list.s()).delay();
    await worker.idle();
    expect([await bare.get(), await listed.get()]).toEqual([[2], [[2]]]);
  });

  test('of no members gives what follows an empty list', async () => {
    await using stage = await workflowStage();
    const { add, list, worker } = stage;
    const sent = await chain(add.s(1, 1), group([], { app: stage.app }), list.s()).delay();
    await worker.idle();
    expect(await sent.get()).toEqual([[]]);
  });

  test('at its end is the result', async () => {
    await using stage = await workflowStage();
    const { add, worker } = stage;
    const sent = await chain(add.s(1, 1), group(add.s(1), add.s(2))).delay();
    expect(sent).toBeInstanceOf(GroupResult);
    await worker.idle();
    expect(await sent.get()).toEqual([3, 4]);
    expect(await sent.parent?.get()).toBe(2);
  });
});

describe('maps', () => {
  test('run many calls in one message, chunks in some', async () => {
    await using stage = await workflowStage();
    const { add, echo, worker } = stage;
    const pairs = [1, 2, 3, 4, 5].map((n): [number, number] => [n, n]);
    const mapped = await map(echo, ['a', 'b']).delay();
    const starred = await starmap(add, pairs).delay();
    const chunked = await chunks(add, pairs, 2).delay();
    const joined = await chain(chunks(add, pairs, 2).group(), stage.list.s()).delay();
    expect(worker.sent()).toHaveLength(1 + 1 + 3 + 3);
    await worker.idle();
    expect([await mapped.get(), await starred.get(), await chunked.get()]).toEqual([
      ['a', 'b'],
      [2, 4, 6, 8, 10],
      [[2, 4], [6, 8], [10]],
    ]);
    expect(await joined.get()).toEqual([[[2, 4], [6, 8], [10]]]);
    expect(() => chunks(add, pairs, 0)).toThrow(RangeError);
  });
});

describe('where a task stands', () => {
  test('is told to it: root, parent, group and position', async () => {
    await using stage = await workflowStage();
    const { info, worker } = stage;
    const chained = await chain(info.s(), info.s(), info.s()).delay();
    const chorded = await chord([info.s(), info.s()], info.s()).delay();
    await worker.idle();
    const [first, second, third] = await Promise.all(
      [chained.parent!.parent!, chained.parent!, chained].map(
        async (one) => (await one.get()) as Awaited<ReturnType<typeof chorded.get>>,
      ),
    );
    expect([first!.root, second!.root, third!.root]).toEqual([first!.id, first!.id, first!.id]);
    expect([first!.parent, second!.parent, third!.parent]).toEqual([null, first!.id, second!.id]);
    const body = await chorded.get();
    const header = (await chorded.parent!.get()) as (typeof body)[];
    expect(header.map(({ group: id, index }) => [id, index])).toEqual([
      [chorded.parent!.id, 0],
      [chorded.parent!.id, 1],
    ]);
    expect(header.map(({ id }) => id)).toContain(body.parent);
  });
});
