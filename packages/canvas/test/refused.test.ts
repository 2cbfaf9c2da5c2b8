import { Celeriac } from '@celeriac/core';
import { silentLogger } from '@celeriac/protocol';
import { afterAll, describe, expect, test } from 'vitest';
import { chain, chord, group, signature } from '../src/index.ts';
import { goldenApp } from './memory-stage.fixture.ts';
import { workflowStage } from './workflow-stage.fixture.ts';

const stage = goldenApp();
const { app, add, tsum } = stage;
afterAll(() => app.close());

const cyclic: { self?: unknown } = {};
cyclic.self = cyclic;
const any = (value: unknown) => value as never;

describe('what could not run is refused before anything is sent, naming the step', () => {
  test.each([
    ['an argument that cannot be encoded', () => chain(add.s(1, 1), add.s(any(() => {}))), 'chain[1] (proj.add)'],
    ['a cycle in an argument', () => chord([add.s(1, 1), add.s(1, any(cyclic))], tsum.s()), 'header[1] (proj.add)'],
    [
      'deep inside',
      () => chain(add.s(1, 1), group(add.s(1), chain(add.s(1), add.s(any(Symbol('x')))))),
      'chain[1].group[1].chain[1] (proj.add)',
    ],
    [
      'a link that cannot be encoded',
      () => chain(add.s(1, 1), add.s(1).link(add.s(any(() => {})))),
      'chain[1].link[0] (proj.add)',
    ],
    ['an impossible option', () => chain(add.s(1, 1), add.s(1).set({ priority: 999 })), 'chain[1] (proj.add)'],
    [
      'a header task that ignores its result',
      () => chord([add.s(1, 1), add.s(1, 1).set({ ignoreResult: true })], tsum.s()),
      'header[1] (proj.add)',
    ],
    [
      'the last step of a chain in a header, too',
      () => chord([chain(add.s(1, 1), add.s(1).set({ ignoreResult: true }))], tsum.s()),
      'header[0].chain[1] (proj.add)',
    ],
    [
      'a member of a group that something follows, out of JSON',
      () => {
        const members = { ...group(add.s(1), add.s(1).set({ ignoreResult: true })).toJSON() };
        const tasks = [chain(add.s(1, 1), chain(add.s(1))).toJSON(), members, tsum.s().toJSON()];
        return signature({ ...chain(add.s(1, 1)).toJSON(), kwargs: { tasks } }, { app });
      },
      'chain[1].group[1] (proj.add)',
    ],
  ])('%s', async (_, make, step) => {
    await expect(make().delay()).rejects.toMatchObject({ code: 'CLR_SIGNATURE', step });
    expect(await app.purge()).toBe(0);
  });

  test.each([
    ['a chain without steps', { task: 'celery.chain', kwargs: { tasks: [] }, subtask_type: 'chain' }],
    ['a chord without a body', { task: 'celery.chord', kwargs: { header: [], body: null }, subtask_type: 'chord' }],
  ])('%s out of JSON', async (_, json) => {
    await expect(signature(any(json), { app }).delay()).rejects.toMatchObject({ code: 'CLR_SIGNATURE' });
  });

  test.each([
    ['no object', 5],
    ['no task', { args: [] }],
    [
      'a header that is no list',
      { task: 'celery.chord', kwargs: { header: 5, body: add.s(1, 1) }, subtask_type: 'chord' },
    ],
    ['a member that is no signature', { task: 'celery.group', kwargs: { tasks: [1] }, subtask_type: 'group' }],
  ])('JSON that is no signature: %s', (_, json) => {
    expect(() => signature(any(json), { app })).toThrow(expect.objectContaining({ code: 'CLR_SIGNATURE' }));
  });

  test('JSON that contains itself', () => {
    const loop: Record<string, unknown> = { task: 'celery.group', subtask_type: 'group' };
    loop['kwargs'] = { tasks: [loop] };
    expect(() => signature(any(loop), { app })).toThrow(expect.objectContaining({ code: 'CLR_SIGNATURE' }));
  });

  test('a member that is no signature', () => {
    expect(() => group([any(add)])).toThrow(expect.objectContaining({ code: 'CLR_SIGNATURE', step: 'group[0]' }));
    expect(() => chain(any([]))).toThrow(expect.objectContaining({ code: 'CLR_SIGNATURE', step: 'chain' }));
  });

  test('a signature that belongs to no app', async () => {
    const unbound = signature(JSON.parse(JSON.stringify(add.s(1, 1))));
    expect(() => unbound.delay()).toThrow(expect.objectContaining({ code: 'CLR_SIGNATURE', step: 'proj.add' }));
  });

  test.each([['rpc://'], [null]])('a chord with %s for results', async (backend) => {
    const name = `refused-${String(backend)}`;
    const other = new Celeriac(name, {
      broker: `memory://${name}`,
      backend,
      configFile: false,
      environment: {},
      logger: silentLogger,
    });
    await using closing = other;
    const one = closing.task('one', () => 1);
    const late = [
      [chord([one.s()], one.si()), 'celery.chord with the body one'],
      [chain(one.s(), group(one.si(), one.si()), one.si()), 'chain[1] (celery.chord) with the body one'],
      [chain(one.s(), one.si()).link(chord([one.si()], one.si())), 'link[0] (celery.chord) with the body one'],
    ] as const;
    for (const [workflow, step] of late) {
      const error = await workflow.delay().catch((refusal: unknown) => refusal);
      expect(error).toMatchObject({ code: 'CLR_CONFIGURATION', message: expect.stringContaining(step) });
    }
    await chain(one.s(), chord([], one.si())).delay();
    expect(await closing.purge()).toBe(1);
  });
});

describe('a body that no worker knows', () => {
  test('is a failure that names it', async () => {
    await using known = await workflowStage();
    const sent = await chord([known.add.s(1, 1)], known.app.signature('nowhere')).delay();
    await known.worker.idle();
    await known.worker.idle();
    await expect(sent.get({ timeoutMs: 5_000 })).rejects.toMatchObject({
      excType: 'NotRegistered',
      excMessage: ['nowhere'],
    });
  });
});

describe('a message whose embedded workflow is malformed', () => {
  test.each([
    ['chain', { chain: [{ nope: 1 }] }, 'embed.chain[0].task'],
    ['callbacks', { callbacks: ['x'] }, 'embed.callbacks[0]'],
    ['chord', { chord: { task: 5 } }, 'embed.chord.task'],
    ['errbacks', { errbacks: { task: 'x' } }, 'embed.errbacks'],
    [
      'chain, deep inside',
      { chain: [{ task: 'a', subtask_type: 'group', kwargs: { tasks: [{ task: 'b' }, 7] } }] },
      'embed.chain[0].kwargs.tasks[1]',
    ],
  ])('in its %s is not run, not even halfway', async (where, embed, field) => {
    await using malformed = await workflowStage();
    const id = `bad-${where.replaceAll(' ', '-')}`;
    const headers = { lang: 'py', task: 'note', id, root_id: id, parent_id: null, retries: 0 };
    await malformed.app.publish([['x'], {}, embed], { exchange: '', routingKey: 'celery', headers });
    await malformed.worker.idle();
    await malformed.worker.idle();
    expect(malformed.seen).toEqual([]);
    await expect(malformed.app.result(id).get({ timeoutMs: 5_000 })).rejects.toMatchObject({
      excMessage: [expect.stringContaining(field)],
    });
    expect(malformed.worker.stats().quarantined).toBe(1);
  });
});

describe('what a running task asks for and could not run', () => {
  test.each([
    ['a replacement that cannot be encoded', 'replace', 'chain[1]'],
    ['a workflow that cannot be encoded', 'send', 'chain[1]'],
    ['a header task to add that ignores its result', 'add', 'add'],
  ] as const)('%s fails the task, naming the step; nothing of it is sent', async (_, how, step) => {
    await using running = await workflowStage();
    const { add, note, sum, worker, seen } = running;
    const bad = chain(note.s('x'), add.s(1, any(Symbol('x'))) as never);
    const asking = running.app.task('asking', { bind: true }, async (context): Promise<number> => {
      if (how === 'replace') context.replace(bad);
      if (how === 'send') await bad.delay();
      await context.addToChord(add.s(1, 1).set({ ignoreResult: true }));
      return 1;
    });
    const sent = await chord([asking.s()], sum.s()).delay();
    await worker.idle();
    const [member] = sent.parent!.members!;
    await expect(member!.get()).rejects.toMatchObject({ excMessage: [expect.stringContaining(step)] });
    await expect(sent.get()).rejects.toMatchObject({ excType: 'ChordError' });
    expect(seen).toEqual([]);
  });
});
