import { fileURLToPath } from 'node:url';
import { Ignore, Reject } from '@celeriac/core';
import { type CeleryEvent, encodeEvent, uuid } from '@celeriac/protocol';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { goldenFields, hearEvents } from './hear-events.ts';
import { KINDS, newStage, type Stage, taskMessage, until } from './stage.ts';
import { defineTelling } from './telling-app.ts';

/** The way of one task as a monitor sees it. */
function wayOf(heard: readonly CeleryEvent[], id: string): readonly string[] {
  return heard.filter(({ fields }) => fields['uuid'] === id).map(({ type }) => type);
}

function eventOf(heard: readonly CeleryEvent[], id: string, type: string): CeleryEvent | undefined {
  return heard.find((event) => event.type === type && event.fields['uuid'] === id);
}

function defineTasks({ app }: Stage): void {
  const late = { acksLate: true };
  app.task('ev.add', (x: number, y: number) => x + y);
  app.task('ev.text', { resultreprMaxsize: 12 }, (text: string) => ({ text }));
  app.task('ev.quiet', { sendEvents: false }, () => 1);
  app.task('ev.boom', (): never => {
    throw new RangeError('boom');
  });
  app.task('ev.ignore', (): never => {
    throw new Ignore();
  });
  app.task('ev.reject', late, (): never => {
    throw new Reject('no');
  });
  app.task('ev.again', { bind: true }, (self): number => {
    if (self.request.retries === 0) self.retry({ countdown: 0, exc: new RangeError('again') });
    return 1;
  });
  app.task('ev.late', { ...late, acksOnFailureOrTimeout: false }, (): never => {
    throw new RangeError('late');
  });
  app.task('ev.tell', { bind: true }, (self) => self.sendEvent('task-progress', { percent: 50 }));
}

describe('events of tasks', () => {
  it('tell the whole way of a task, in order, with the fields of Celery in their order', async () => {
    const stage = await newStage();
    defineTasks(stage);
    const heard = await hearEvents(stage);
    const worker = await stage.start({ taskEvents: true, hostname: 'w@h' });
    const { app } = stage;
    await app.sendTask('ev.add', [1, 2], { taskId: 'good' });
    for (const name of ['text', 'boom', 'again', 'ignore', 'reject', 'late', 'quiet', 'tell', 'nope'])
      await app.sendTask(`ev.${name}`, name === 'text' ? ['x'.repeat(50)] : [], { taskId: name });
    await app.sendTask('ev.add', [1, 2], { taskId: 'expired', expires: new Date(Date.now() - 60_000) });
    const eta = new Date(Date.now() + 60_000).toISOString().replace('Z', '000+00:00');
    await stage.publish(taskMessage('ev.add', { body: [[1, 2], {}, null], headers: { id: 'revoked', eta } }));
    await until(() => worker.stats().scheduled === 1, 'the task to revoke is held');
    worker.revoke(['revoked']);
    expect(await app.result('again').get({ timeoutMs: 5000 })).toBe(1);
    await worker.whenIdle();
    await worker.stop(5000);
    await until(() => heard.some(({ type }) => type === 'worker-offline'), 'the worker said goodbye');
    const [received, started] = ['task-received', 'task-started'];
    const ways = {
      good: [received, started, 'task-succeeded'],
      text: [received, started, 'task-succeeded'],
      boom: [received, started, 'task-failed'],
      again: [received, started, 'task-retried', received, started, 'task-succeeded'],
      ignore: [received, started],
      reject: [received, started, 'task-rejected'],
      late: [received, started, 'task-rejected', 'task-failed'],
      quiet: [],
      tell: [received, started, 'task-progress', 'task-succeeded'],
      nope: ['task-failed'],
      expired: ['task-revoked'],
      revoked: [received, 'task-revoked'],
    };
    for (const [id, way] of Object.entries(ways))
      expect([id, wayOf(heard, id).toSorted()]).toEqual([id, way.toSorted()]);
    expect(wayOf(heard, 'good')).toEqual(ways.good);
    for (const [sample, id, type] of [
      ['task-success', 'good', 'task-received'],
      ['task-success', 'good', 'task-started'],
      ['task-success', 'good', 'task-succeeded'],
      ['task-failed', 'boom', 'task-failed'],
      ['task-unknown', 'nope', 'task-failed'],
      ['task-retried', 'again', 'task-retried'],
      ['task-rejected', 'reject', 'task-rejected'],
      ['task-revoked', 'revoked', 'task-revoked'],
    ] as const) {
      expect(Object.keys(encodeEvent(eventOf(heard, id, type)!))).toEqual(goldenFields(sample, type));
    }
    expect(eventOf(heard, 'good', 'task-received')).toMatchObject({
      hostname: 'w@h',
      pid: process.pid,
      fields: { name: 'ev.add', args: '(1, 2)', kwargs: '{}', root_id: 'good', parent_id: null, retries: 0, eta: null },
    });
    expect(eventOf(heard, 'good', 'task-succeeded')?.fields).toMatchObject({
      result: '3',
      runtime: expect.any(Number),
    });
    expect(eventOf(heard, 'text', 'task-succeeded')?.fields['result']).toMatch(/^\{'text': 'x*\.\.\./);
    expect(eventOf(heard, 'boom', 'task-failed')?.fields).toMatchObject({
      exception: "RangeError('boom')",
      traceback: expect.stringContaining('boom'),
    });
    expect(eventOf(heard, 'nope', 'task-failed')?.fields).toMatchObject({ exception: "NotRegistered('ev.nope')" });
    expect(eventOf(heard, 'again', 'task-retried')?.fields).toMatchObject({ exception: "RangeError('again')" });
    expect(eventOf(heard, 'expired', 'task-revoked')?.fields).toMatchObject({ expired: true, terminated: false });
    expect(eventOf(heard, 'tell', 'task-progress')).toMatchObject({ hostname: 'w@h', fields: { percent: 50 } });
    const clocks = heard.filter(({ hostname }) => hostname === 'w@h').map(({ clock }) => clock!);
    expect(new Set(clocks).size).toBe(clocks.length);
  });

  it('are not sent unless wanted', async () => {
    const stage = await newStage();
    defineTasks(stage);
    const heard = await hearEvents(stage);
    const worker = await stage.start();
    const result = await stage.app.sendTask('ev.add', [1, 2]);
    expect(await result.get({ timeoutMs: 5000 })).toBe(3);
    await worker.stop(5000);
    await until(() => heard.some(({ type }) => type === 'worker-offline'), 'the worker said goodbye');
    expect(heard.map(({ type }) => type).filter((type) => !type.startsWith('worker-'))).toEqual([]);
  });

  it('are not sent of messages that are none', async () => {
    const stage = await newStage();
    const heard = await hearEvents(stage);
    const worker = await stage.start({ taskEvents: true });
    await stage.publish(taskMessage('ev.add', { bytes: Buffer.from('no'), contentType: 'application/x-pickle' }));
    await until(() => worker.stats().quarantined === 1, 'the message is put aside');
    await worker.stop(5000);
    await until(() => heard.some(({ type }) => type === 'worker-offline'), 'the worker said goodbye');
    expect(heard.filter(({ type }) => type.startsWith('task-'))).toEqual([]);
  });
});

describe('the heart', () => {
  it('says online, beats, says offline; with the fields of Celery', async () => {
    const stage = await newStage();
    defineTasks(stage);
    const heard = await hearEvents(stage);
    let signals = 0;
    stage.app.signals.heartbeatSent.connect(({ hostname }) => {
      if (hostname === 'w@h') signals++;
    });
    const worker = await stage.start({ heartbeatIntervalMs: 100, hostname: 'w@h' });
    await (await stage.app.sendTask('ev.add', [1, 2])).get({ timeoutMs: 5000 });
    const beats = (): readonly CeleryEvent[] => heard.filter(({ type }) => type === 'worker-heartbeat');
    await until(() => beats().some(({ fields }) => fields['processed'] === 1), 'a heartbeat that knows of the task');
    await worker.stop(5000);
    await until(() => heard.at(-1)?.type === 'worker-offline', 'the worker said goodbye');
    expect(heard[0]?.type).toBe('worker-online');
    expect(Object.keys(encodeEvent(beats()[0]!))).toEqual(goldenFields('worker-heartbeat', 'worker-heartbeat'));
    expect(beats()[0]).toMatchObject({ hostname: 'w@h', fields: { freq: 0.1, sw_ident: 'celeriac', active: 0 } });
    expect(signals).toBeGreaterThan(0);
    const count = heard.length;
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(heard.length).toBe(count);
  });

  it('is silent when told so', async () => {
    const stage = await newStage();
    defineTasks(stage);
    const heard = await hearEvents(stage);
    const worker = await stage.start({ withoutHeartbeat: true, taskEvents: true });
    await (await stage.app.sendTask('ev.add', [1, 2], { taskId: 'a' })).get({ timeoutMs: 5000 });
    await worker.stop(5000);
    await until(() => wayOf(heard, 'a').length === 3, 'events of the task');
    expect(heard.filter(({ type }) => type.startsWith('worker-'))).toEqual([]);
  });
});

describe.runIf(KINDS.includes('redis'))('events that tasks send', { timeout: 60_000 }, () => {
  it('reach monitors from a pool process too, with the id of their task', async () => {
    const stage = await newStage('redis');
    const { brokerTransportOptions } = stage.runtime.settings;
    const id = uuid();
    defineTelling(stage.app);
    const heard = await hearEvents(stage);
    vi.stubEnv('TELLING_OPTIONS', JSON.stringify({ brokerUrl: stage.url, brokerTransportOptions }));
    onTestFinished(() => void vi.unstubAllEnvs());
    await stage.start({
      pool: 'prefork',
      concurrency: 1,
      appModule: fileURLToPath(new URL('./telling-app.ts', import.meta.url)),
      procAliveTimeoutMs: 60_000,
    });
    const result = await stage.app.sendTask<number>('tell.progress', [50], { taskId: id });
    expect(await result.get({ timeoutMs: 20_000 })).not.toBe(process.pid);
    await until(() => eventOf(heard, id, 'task-progress') !== undefined, 'the event comes');
    expect(eventOf(heard, id, 'task-progress')?.fields).toEqual({ uuid: id, percent: 50 });
  });
});
