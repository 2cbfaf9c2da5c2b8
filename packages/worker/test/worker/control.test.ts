import { rmdir, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Celeriac } from '@celeriac/core';
import { runtimeOf } from '@celeriac/core/internal';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ANSWERS, NODE, only, REPLY, said } from './control-answers.ts';
import { gatedTask, send } from './gated-task.ts';
import { databaseKinds } from './place.ts';
import { KINDS, newStage, type Stage, taskMessage, until } from './stage.ts';

describe.each([...KINDS, ...(await databaseKinds())])('on %s', (kind) => {
  it('every node answers a ping, those of other names too, and no queue of replies is left', async () => {
    const stage = await newStage(kind);
    await stage.start({ hostname: 'w1@host1' });
    await stage.start({ hostname: 'w2@host1' });
    const { control } = stage.app;
    const seen: string[] = [];
    const all = await control.inspect({ timeoutMs: 20_000, limit: 2, callback: ({ node }) => seen.push(node) }).ping();
    expect(Object.fromEntries(all)).toEqual({ 'w1@host1': { ok: 'pong' }, 'w2@host1': { ok: 'pong' } });
    expect(seen.toSorted()).toEqual(['w1@host1', 'w2@host1']);
    expect([...(await control.inspect({ destination: 'w2@host1', timeoutMs: 20_000 }).ping()).keys()]).toEqual([
      'w2@host1',
    ]);
    expect([...(await control.inspect({ ...ANSWERS, pattern: 'w1*' }).ping()).keys()]).toEqual(['w1@host1']);
    const regex = { ...ANSWERS, pattern: 'w[2-9]@', matcher: 'pcre' } as const;
    expect([...(await control.inspect(regex).ping()).keys()]).toEqual(['w2@host1']);
    expect(await control.ping({ destination: ['nobody@x'], timeoutMs: 50 })).toEqual([]);
  });

  // Elsewhere they share a queue, and one of them answers.
  it.runIf(kind === 'redis')('who asks two workers of one name is told so', async () => {
    const stage = await newStage(kind);
    for (let count = 0; count < 2; count++) await stage.start({ hostname: 'twin@host', withoutGossip: true });
    const inspect = stage.app.control.inspect({ timeoutMs: 20_000, limit: 2 });
    expect([...(await inspect.ping()).keys()]).toEqual(['twin@host']);
    expect(stage.lines).toContainEqual({
      level: 'warning',
      message: 'Several workers answered as twin@host. Give each worker a name of its own (celeriac worker -n).',
    });
  });

  it('tasks are seen where they are: running, waiting for a slot, waiting for their time', async () => {
    const stage = await newStage(kind);
    const { started, open } = gatedTask(stage);
    await stage.start({ hostname: NODE, concurrency: 1 });
    await send(stage, ['run', 'wait']);
    const eta = new Date(Date.now() + 3_600_000);
    await stage.publish(
      taskMessage('gate.task', {
        body: [[1, 'é'], { k: [null] }, null],
        headers: { id: 'late', eta: eta.toISOString() },
      }),
    );
    await until(() => started.length === 1, 'one runs');
    const inspect = stage.app.control.inspect(ANSWERS);
    await until(
      async () => ((await only(inspect.scheduled())) as readonly unknown[]).length === 1,
      'one waits for its time',
    );
    const info = { name: 'gate.task', type: 'gate.task', hostname: NODE, args: [], kwargs: {} };
    expect(await only(inspect.active())).toMatchObject([
      { ...info, id: 'run', acknowledged: true, worker_pid: process.pid, time_start: expect.any(Number) },
    ]);
    expect(await only(inspect.active(true))).toMatchObject([{ id: 'run', args: '()', kwargs: '{}' }]);
    expect(await only(inspect.reserved())).toMatchObject([
      { ...info, id: 'wait', acknowledged: false, worker_pid: null, time_start: null },
    ]);
    expect(await only(inspect.scheduled())).toMatchObject([
      {
        eta: expect.stringMatching(/^\d{4}-.*\+00:00$/),
        priority: 6,
        request: { ...info, id: 'late', args: [1, 'é'], kwargs: { k: [null] } },
      },
    ]);
    expect(await only(inspect.queryTask('run', 'wait', 'late', 'unknown'))).toMatchObject({
      run: ['active', { id: 'run' }],
      wait: ['reserved', { id: 'wait' }],
      late: ['ready', { id: 'late' }],
    });
    expect(await only(inspect.stats())).toMatchObject({
      total: { 'gate.task': 1 },
      pid: process.pid,
      clock: expect.stringMatching(/^\d+$/),
      pool: { 'max-concurrency': 1, processes: [process.pid] },
      broker: { transport: expect.any(String) },
      steps: { tasks: { prefetchCount: 5 } },
      prefetch_count: 5,
      rusage: { utime: expect.any(Number), maxrss: expect.any(Number) },
    });
    open();
  });

  it('revoked tasks are not run: those that wait, and those that come later', async () => {
    const stage = await newStage(kind);
    const { started, open } = gatedTask(stage);
    await stage.start({ hostname: NODE, concurrency: 1 });
    const { control } = stage.app;
    await send(stage, ['run', 'wait']);
    const eta = new Date(Date.now() + 3_600_000).toISOString();
    await stage.publish(taskMessage('gate.task', { headers: { id: 'late', eta } }));
    await until(() => started.length === 1, 'one runs');
    await until(
      async () => ((await only(control.inspect(ANSWERS).scheduled())) as readonly unknown[]).length === 1,
      'one is late',
    );
    expect(await said(control.revoke(['wait', 'late', 'later'], REPLY))).toEqual({
      ok: 'tasks wait, late, later flagged as revoked',
    });
    await expect(stage.app.result('late').get({ timeoutMs: 20_000 })).rejects.toMatchObject({
      code: 'CLR_TASK_REVOKED',
    });
    // Nobody has it yet, and it is revoked already.
    await expect(stage.app.result('later').get({ timeoutMs: 20_000 })).rejects.toMatchObject({
      code: 'CLR_TASK_REVOKED',
    });
    await send(stage, ['later', 'other']);
    open();
    expect(await stage.app.result('other').get({ timeoutMs: 20_000 })).toBe('done');
    await expect(stage.app.result('wait').get({ timeoutMs: 20_000 })).rejects.toMatchObject({
      code: 'CLR_TASK_REVOKED',
    });
    expect(started).toEqual(['run', 'other']);
    expect(await only(control.inspect(ANSWERS).revoked())).toEqual(['wait', 'late', 'later']);
  });

  it('a result’s own handle calls its task back', async () => {
    const stage = await newStage(kind);
    const { started, open } = gatedTask(stage);
    await stage.start({ hostname: NODE, concurrency: 1 });
    await send(stage, ['run']);
    await until(() => started.length === 1, 'one runs');
    const result = await stage.app.sendTask('gate.task');
    expect(await result.revoke({ wait: true, timeoutMs: 2000 })).toEqual([
      { node: NODE, value: { ok: `tasks ${result.id} flagged as revoked` } },
    ]);
    open();
    await expect(result.get({ timeoutMs: 20_000 })).rejects.toMatchObject({ code: 'CLR_TASK_REVOKED' });
    expect(await result.revoke()).toEqual([]);
  });

  it('queues come and go while it runs', async () => {
    const stage = await newStage(kind);
    const { open } = gatedTask(stage);
    open();
    await stage.start({ hostname: NODE });
    const { control } = stage.app;
    expect(await said(control.addConsumer('extra', REPLY))).toEqual({ ok: 'add consumer extra' });
    await stage.publish(taskMessage('gate.task', { headers: { id: 'x' } }), 'extra');
    expect(await stage.app.result('x').get({ timeoutMs: 20_000 })).toBe('done');
    expect(await only(control.inspect(ANSWERS).activeQueues())).toMatchObject([
      {
        name: 'celery',
        exchange: { name: 'celery', type: 'direct', durable: true },
        routing_key: 'celery',
        durable: true,
      },
      { name: 'extra', exchange: { name: 'extra', type: 'direct' }, routing_key: 'extra' },
    ]);
    expect(await said(control.cancelConsumer('extra', REPLY))).toEqual({ ok: 'no longer consuming from extra' });
    await stage.publish(taskMessage('gate.task', { headers: { id: 'y' } }), 'extra');
    await stage.publish(taskMessage('gate.task', { headers: { id: 'z' } }));
    expect(await stage.app.result('z').get({ timeoutMs: 20_000 })).toBe('done');
    expect(await (await stage.connect()).size('extra')).toBe(1);
  });

  it('shutdown ends the worker warm, without a reply', async () => {
    const stage = await newStage(kind);
    const worker = await stage.start({ hostname: NODE });
    await stage.app.control.shutdown({ destination: NODE });
    expect(await worker.ended).toBeUndefined();
    expect(stage.lines).toContainEqual({ level: 'warning', message: 'Got shutdown from remote' });
  });
});

describe('commands', () => {
  const stageWith = async (options: Parameters<typeof newStage>[1] = {}): Promise<Stage> => {
    const stage = await newStage('memory', options);
    stage.app.task('limited', { rateLimit: '10/m', acksLate: true }, () => 1);
    stage.app.task('plain', () => 1);
    return stage;
  };

  it('registered tasks with their options, in Celery’s words', async () => {
    const stage = await stageWith();
    await stage.start({ hostname: NODE });
    const inspect = stage.app.control.inspect(ANSWERS);
    expect(await only(inspect.registered())).toEqual(['limited [rate_limit=10/m]', 'plain']);
    expect(await only(inspect.registered('acks_late', 'max_retries', '__proto__', 'constructor'))).toEqual([
      'limited [acks_late=True max_retries=3]',
      'plain [acks_late=False max_retries=3]',
    ]);
  });

  it('settings by Celery’s names, secrets masked', async () => {
    const stage = await stageWith({
      brokerTransportOptions: {},
      resultBackendTransportOptions: {},
      securityKey: undefined,
    } as never).catch(() => stageWith());
    await stage.start({ hostname: NODE });
    const inspect = stage.app.control.inspect(ANSWERS);
    const changed = (await only(inspect.conf())) as Record<string, unknown>;
    expect(changed).toMatchObject({ broker_url: stage.url, result_backend: stage.url });
    expect(changed).not.toHaveProperty('task_acks_late');
    expect(await only(inspect.conf(true))).toMatchObject({ task_acks_late: false, worker_prefetch_multiplier: 4 });
    expect(((await only(inspect.report())) as { ok: string }).ok).toContain('celeriac');
    expect(await only(inspect.memsample())).toMatch(/^\d+(\.\d+)?MB$/);
    expect(await only(inspect.memdump())).toContain('rss (end)');
  });

  it('a heap snapshot, which has every secret in it, is in a folder closed to others', async () => {
    const stage = await stageWith();
    await stage.start({ hostname: NODE });
    const { filename } = (await only(stage.app.control.inspect(ANSWERS).objgraph())) as { filename: string };
    const folder = dirname(filename);
    onTestFinished(async () => {
      await unlink(filename);
      // Refuses a folder that anybody else has something in.
      await rmdir(folder).catch(() => {});
    });
    expect((await stat(folder)).mode & 0o077).toBe(0);
    expect((await stat(filename)).size).toBeGreaterThan(0);
  });

  it('the clock goes on with every message, past that of others', async () => {
    const stage = await stageWith();
    await stage.start({ hostname: NODE });
    const other = new Celeriac('other', { brokerUrl: stage.url, configFile: false, environment: {} });
    runtimeOf(other).lamport.adjust(5000);
    const [reply] = await other.control.ping({ ...ANSWERS });
    expect(reply?.value).toEqual({ ok: 'pong' });
    expect(runtimeOf(stage.app).lamport.value).toBeGreaterThan(5001);
    expect(((await only(stage.app.control.inspect(ANSWERS).clock())) as { clock: number }).clock).toBeGreaterThan(5001);
    await other.close();
  });

  it('hello: takes over what the other one has revoked, and tells its own with float times', async () => {
    const stage = await stageWith();
    const worker = await stage.start({ hostname: NODE });
    worker.revoke(['mine']);
    const inspect = stage.app.control.inspect(ANSWERS);
    const answer = await only(inspect.hello('other@host9', new Map([['theirs', 5]])));
    expect(answer).toMatchObject({ clock: expect.any(Number) });
    const { revoked } = answer as { revoked: Record<string, readonly [number, string]> };
    const now = Number(process.hrtime.bigint()) / 1e9;
    for (const [id, [time, name]] of Object.entries(revoked)) {
      expect([name, Number.isInteger(time)]).toEqual([id, false]);
      expect(Math.abs(now - time)).toBeLessThan(60);
    }
    expect(Object.keys(revoked).toSorted()).toEqual(['mine', 'theirs']);
    expect(await only(inspect.hello(NODE))).toBeNull();
  });

  it.each([
    [
      'rate_limit',
      { task_name: 'plain', rate_limit: 'abc' },
      { error: `Invalid rate limit string: ValueError("could not convert string to float: 'abc'")` },
    ],
    ['rate_limit', { task_name: 'nobody', rate_limit: '1/s' }, { error: 'unknown task' }],
    [
      'rate_limit',
      {},
      { error: `TypeError("rate_limit() missing 2 required positional arguments: 'task_name' and 'rate_limit'")` },
    ],
    ['time_limit', { task_name: 'nobody', soft: 1 }, { error: 'unknown task' }],
    ['time_limit', { task_name: 'plain', soft: 2, hard: 1 }, { error: 'the soft time limit is above the hard one' }],
    ['query_task', { bogus: 1 }, { error: `TypeError("query_task() missing 1 required positional argument: 'ids'")` }],
    ['no_such_command', {}, { error: "KeyError('no_such_command')" }],
    ['__proto__', {}, { error: "KeyError('__proto__')" }],
    ['constructor', {}, { error: "KeyError('constructor')" }],
    ['autoscale', { max: 4, min: 1 }, { error: "ValueError('Autoscale not enabled')" }],
    ['pool_restart', {}, { error: "ValueError('Pool restarts not enabled')" }],
    ['pool_grow', { n: 'x' }, { error: `TypeError("pool_grow() needs a whole number for n, got 'x'")` }],
    ['pool_grow', { n: -1 }, { error: "ValueError('must be a number of slots from 1 to 10000, not -1')" }],
    ['shutdown', { msg: { evil: true } }, { error: `TypeError("shutdown() needs text for msg, got {'evil': True}")` }],
    ['terminate', { signal: 'SIGNOPE', task_id: 'x' }, { error: `ValueError("unknown signal 'SIGNOPE'")` }],
    [
      'revoke',
      { task_id: [1] },
      { error: "TypeError('revoke() needs text or a list of texts for task_id, not a list')" },
    ],
    ['revoke', { task_id: 'x', terminate: true, signal: 9 }, { ok: 'terminate: tasks unknown' }],
    ['election', { id: 'e', topic: 'task' }, null],
    ['add_consumer', { queue: 'amq.bad' }, { error: expect.stringContaining('amq.') }],
    [
      'add_consumer',
      { queue: 'q', exchange_type: '__proto__' },
      { error: `ValueError("unknown exchange type '__proto__'")` },
    ],
    ['revoke_by_stamped_headers', { headers: ['nope'] }, { error: `ValueError("not key=value: 'nope'")` }],
    [
      'revoke_by_stamped_headers',
      { headers: { s: 'v' } },
      { ok: "headers {'s': ['v']} flagged as revoked, but not terminated" },
    ],
    [
      'revoke_by_stamped_headers',
      { headers: { s: 'v' }, terminate: true },
      { ok: "headers {'s': ['v']} were not terminated" },
    ],
  ])('%s %o', async (command, args, expected) => {
    const stage = await stageWith();
    await stage.start({ hostname: NODE });
    expect(await said(stage.app.control.broadcast(command, { ...REPLY, arguments: args }))).toEqual(expected);
    const warnings = stage.lines.filter(({ level }) => level === 'warning' || level === 'error');
    expect(warnings.length).toBeLessThanOrEqual(1);
  });

  it('task events are turned on and off', async () => {
    const stage = await stageWith();
    await stage.start({ hostname: NODE });
    const { control } = stage.app;
    expect(await said(control.enableEvents(REPLY))).toEqual({ ok: 'task events enabled' });
    expect(await said(control.enableEvents(REPLY))).toEqual({ ok: 'task events already enabled' });
    expect(await said(control.disableEvents(REPLY))).toEqual({ ok: 'task events disabled' });
    expect(await said(control.disableEvents(REPLY))).toEqual({ ok: 'task events already disabled' });
    expect(await said(control.heartbeat(REPLY))).toBeNull();
  });

  it('tasks with a revoked stamp are not run', async () => {
    const stage = await stageWith();
    await stage.start({ hostname: NODE });
    await stage.app.control.revokeByStampedHeaders({ order: ['17', '18'] }, REPLY);
    const stamped = { stamped_headers: ['order'], stamps: { order: '17' } };
    await stage.publish(taskMessage('plain', { headers: { id: 'a', ...stamped } }));
    await stage.publish(taskMessage('plain', { headers: { id: 'b', ...stamped, stamps: { order: ['19', '18'] } } }));
    await stage.publish(taskMessage('plain', { headers: { id: 'c', ...stamped, stamps: { order: '19' } } }));
    expect(await stage.app.result('c').get({ timeoutMs: 20_000 })).toBe(1);
    for (const id of ['a', 'b']) {
      await expect(stage.app.result(id).get({ timeoutMs: 20_000 })).rejects.toMatchObject({ code: 'CLR_TASK_REVOKED' });
    }
  });

  it('commands of the app’s own: typed arguments, an alias, errors as answers, others through the node', async () => {
    const stage = await stageWith();
    const { controlCommands, control } = stage.app;
    controlCommands.define(
      'warm_cache',
      {
        kind: 'control',
        alias: 'warm',
        arguments: [{ name: 'size', type: 'whole', required: true }],
        help: 'Warms it',
      },
      async (node, { size }) => ({ node: node.hostname, size, pong: await node.call('ping') }),
    );
    controlCommands.define('broken', { kind: 'inspect' }, () => {
      throw new RangeError('too warm');
    });
    expect(() => controlCommands.define('ping', {}, () => 1)).toThrow(/another command/);
    expect(() => controlCommands.define('warm', {}, () => 1)).toThrow(/another command/);
    await stage.start({ hostname: NODE });
    const expected = { node: NODE, size: 3, pong: { ok: 'pong' } };
    expect(await said(control.broadcast('warm_cache', { ...REPLY, arguments: { size: 3 } }))).toEqual(expected);
    expect(await said(control.broadcast('warm', { ...REPLY, arguments: { size: '3' } }))).toEqual(expected);
    expect(await said(control.broadcast('broken', REPLY))).toEqual({ error: "RangeError('too warm')" });
    expect(controlCommands.specs.find(({ name }) => name === 'warm_cache')).toMatchObject({ help: 'Warms it' });
  });

  it('without remote control nobody answers', async () => {
    const stage = await stageWith({ workerEnableRemoteControl: false });
    await stage.start({ hostname: NODE });
    expect(await stage.app.control.ping({ timeoutMs: 100 })).toEqual([]);
  });

  it('another namespace does not hear', async () => {
    const stage = await stageWith({ controlExchange: 'ours' });
    await stage.start({ hostname: NODE });
    const other = new Celeriac('other', { brokerUrl: stage.url, configFile: false, environment: {} });
    expect(await other.control.ping({ timeoutMs: 100 })).toEqual([]);
    expect(await said(stage.app.control.ping({ ...ANSWERS }))).toEqual({ ok: 'pong' });
    await other.close();
  });
});
