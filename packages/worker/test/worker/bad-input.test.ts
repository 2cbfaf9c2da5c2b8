import { isCeleriacError } from '@celeriac/protocol';
import { listQuarantine } from '@celeriac/worker';
import { describe, expect, it } from 'vitest';
import { BAD_INPUTS } from './bad-input-table.ts';

import { allKinds } from './place.ts';
import { newStage, taskMessage, until } from './stage.ts';

const ONE_LINE = /^[^\u0000-\u001f\u007f-\u009f\u202e]*$/;

const kinds = await allKinds();

describe.each(kinds)('bad input on %s', (kind) => {
  it('is kept in quarantine with its reason, one error line each, and the next message runs', {
    timeout: 60_000,
  }, async () => {
    const stage = await newStage(kind);
    let runs = 0;
    stage.app.task('bad.target', () => ++runs);
    const good = stage.app.task('bad.good', (x: number) => x);
    const worker = await stage.start();
    for (const [index, bad] of BAD_INPUTS.entries()) {
      const message = bad.message();
      const errorsBefore = stage.lines.filter(({ level }) => level === 'error').length;
      await stage.publish(message);
      const result = await good.delay(index);
      expect(await result.get({ timeoutMs: 2000 }), bad.name).toBe(index);
      await until(() => worker.stats().quarantined === index + 1, bad.name);
      await worker.whenIdle();
      const errors = stage.lines.filter(({ level }) => level === 'error').slice(errorsBefore);
      expect(
        errors.map(({ message: text }) => ONE_LINE.test(text) && text.length < 900),
        bad.name,
      ).toEqual([true]);
      expect(errors[0]?.message, bad.name).toContain(bad.code);
    }
    const kept = await listQuarantine(stage.app);
    expect(kept.map(({ code }) => code)).toEqual(BAD_INPUTS.map(({ code }) => code));
    for (const [index, { names = '', name }] of BAD_INPUTS.entries()) {
      expect(kept[index]?.reason.toLowerCase(), name).toContain(names.toLowerCase());
      expect(kept[index]?.queue).toBe('celery');
    }
    expect(kept[3]?.body).toEqual(BAD_INPUTS[3]?.message().body);
    expect(runs).toBe(0);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(await (await stage.connect()).size('celery')).toBe(0);
  });

  it('tells those who wait for a result, where the id can be read', async () => {
    const stage = await newStage(kind);
    stage.app.task('bad.target', () => 1);
    await stage.start();
    const broken = taskMessage('bad.target', { body: 7, headers: { id: 'broken-body' } });
    const unknown = taskMessage('no.such.task', { headers: { id: 'unknown-task' } });
    const refused = taskMessage('bad.target', { contentType: 'application/x-yaml', headers: { id: 'refused' } });
    for (const message of [broken, unknown, refused]) await stage.publish(message);
    const metaOf = async (id: string) => {
      await stage.app.result(id).get({ timeoutMs: 3000, propagate: false });
      const [meta] = (await (await stage.runtime.backend())?.load([id])) ?? [];
      return meta;
    };
    expect(await metaOf('broken-body')).toMatchObject({
      status: 'FAILURE',
      result: { exc_type: 'InvalidTaskError', exc_module: 'celery.exceptions' },
    });
    expect(await metaOf('unknown-task')).toMatchObject({
      status: 'FAILURE',
      result: { exc_type: 'NotRegistered', exc_message: ['no.such.task'], exc_module: 'celery.exceptions' },
      traceback: null,
    });
    expect(await metaOf('refused')).toMatchObject({
      result: { exc_type: 'ContentDisallowed', exc_module: 'kombu.exceptions' },
    });
  });

  it('odd but harmless messages run', { timeout: 30_000 }, async () => {
    const stage = await newStage(kind);
    const seen = new Map<string, unknown>();
    stage.app.task('odd.task', { bind: true, parameters: ['value?'] }, (context, value: unknown = null) => {
      seen.set(context.request.id, value);
      return value;
    });
    const worker = await stage.start();
    const send = async (id: string, parts: Parameters<typeof taskMessage>[1] = {}) => {
      const { headers, ...rest } = parts;
      await stage.publish(taskMessage('odd.task', { ...rest, headers: { id, ...headers } }));
      await until(() => seen.has(id), `${id} runs`);
    };
    await send('embed-null');
    await send('M9: upper case and a parameter', { contentType: 'Application/JSON; charset=UTF-8' });
    await send('M12: many headers', {
      headers: Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`h${i}`, i])),
    });
    const large = { headers: { large: 'x'.repeat(1_000_000) } };
    const beyond = { properties: { priority: 999 } };
    if (kind === 'rabbitmq') {
      // AMQP carries neither: whoever sends it is told.
      for (const parts of [large, beyond])
        await expect(stage.publish(taskMessage('odd.task', parts))).rejects.toMatchObject({ code: 'CLR_CHANNEL' });
    } else {
      await send('M12: a large header', large);
      await send('M19: priority beyond the scale', beyond);
    }
    await send("M13: ../../x a*b[c] \r\nSET x ' ; drop table");
    await send('M16: eta with microseconds, in the past', { headers: { eta: '2020-01-01T00:00:00.123456+00:00' } });
    await send('M16: eta of the year 1', { headers: { eta: '0001-01-01T00:00:00' } });
    await send('M18: no limits', { headers: { timelimit: [null, null] } });
    await send('M20: reply to somebody', { properties: { replyTo: 'celery' } });
    await send('M21: 500 levels', { bytes: Buffer.from(`[[${'['.repeat(500)}${']'.repeat(500)}],{},null]`) });
    await send('M22', {
      bytes: Buffer.from('[[{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}],{},null]'),
    });
    await send('M23', { bytes: Buffer.from('[[[NaN,Infinity,-Infinity]],{},null]') });
    await send('M24', { bytes: Buffer.from('[[9007199254740993],{},null]') });
    await send('M25', { bytes: Buffer.from('[[{"a":1,"a":2,"\\u0000":"\\ud800"}],{},null]') });
    await send('M26: 16 MB', { body: [['x'.repeat(16_000_000)], {}, null] });
    expect(seen.get('M23')).toEqual([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    expect(seen.get('M24')).toBe(9007199254740993n);
    expect(Object.keys(seen.get('M22') as object)).toEqual(['__proto__', 'constructor']);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    await worker.whenIdle();
    expect(worker.stats()).toMatchObject({ quarantined: 0, succeeded: seen.size });
    await expect(stage.app.result('M24').get({ timeoutMs: 1000 })).resolves.toBe(9007199254740993n);
  });

  it('M39: a queue whose name no broker could carry is refused, and no worker reads it', async () => {
    const stage = await newStage(kind);
    for (const queue of ['', 'a\nb', 'amq.x', 'x'.repeat(300), 'a\u0006\u00163']) {
      await expect(stage.app.sendTask('x', [], { queue }), queue).rejects.toMatchObject({ code: 'CLR_CONFIGURATION' });
      const [refusal] = await (await stage.connect())
        .publish([{ exchange: '', routingKey: queue, message: taskMessage('x') }])
        .catch((error: unknown) => [error]);
      if (queue !== 'amq.x') expect(refusal, queue).toMatchObject({ code: 'CLR_CHANNEL' });
    }
  });

  it('M16: an eta far away is held, and does not fire at once', async () => {
    const stage = await newStage(kind);
    let runs = 0;
    stage.app.task('far.task', () => ++runs);
    const good = stage.app.task('far.good', () => 'good');
    const worker = await stage.start();
    for (const eta of ['9999-12-31T23:59:59', new Date(Date.now() + 60 * 86_400_000).toISOString()]) {
      await stage.publish(taskMessage('far.task', { headers: { eta } }));
    }
    await until(() => worker.stats().scheduled === 2, 'both are held');
    expect(await (await good.delay()).get({ timeoutMs: 2000 })).toBe('good');
    expect([runs, worker.stats().scheduled]).toEqual([0, 2]);
  });

  it('C9 M17: a task that expired is revoked, not run, and acknowledged once', async () => {
    const stage = await newStage(kind);
    let runs = 0;
    stage.app.task('late.task', () => ++runs);
    const worker = await stage.start();
    await stage.publish(taskMessage('late.task', { headers: { id: 'expired', expires: '2020-01-01T00:00:00' } }));
    const error = await stage.app
      .result('expired')
      .get({ timeoutMs: 2000 })
      .catch((thrown: unknown) => thrown);
    expect(isCeleriacError(error)).toBe(true);
    const [meta] = (await (await stage.runtime.backend())?.load(['expired'])) ?? [];
    expect(meta).toMatchObject({
      status: 'REVOKED',
      result: { exc_type: 'TaskRevokedError', exc_message: ['expired'] },
    });
    await worker.whenIdle();
    expect([runs, worker.stats().revoked, await (await stage.connect()).size('celery')]).toEqual([0, 1, 0]);
  });
});
