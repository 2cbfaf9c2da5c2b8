import { dropQuarantine, listQuarantine, QUARANTINE_QUEUE, requeueQuarantine } from '@celeriac/worker';
import { describe, expect, it } from 'vitest';
import { KINDS, newStage, type Stage, taskMessage, until } from './stage.ts';

async function quarantined(stage: Stage, ids: readonly string[]): Promise<void> {
  const worker = await stage.start();
  for (const [index, id] of ids.entries()) {
    await stage.publish(taskMessage('later.task', { body: [[id], {}, null], headers: { id } }));
    // One by one: those that come together may be kept in any order.
    await until(() => worker.stats().quarantined === index + 1, 'it is quarantined');
  }
  await worker.whenIdle();
  await worker.stop(1000);
}

describe.each(KINDS)('the quarantine on %s', (kind) => {
  it('is listed as often as one likes, and stays', async () => {
    const stage = await newStage(kind);
    await quarantined(stage, ['a', 'b', 'c']);
    for (let round = 0; round < 3; round++) {
      const list = await listQuarantine(stage.app);
      expect(list.map(({ id, task, code, queue }) => [id, task, code, queue])).toEqual(
        ['a', 'b', 'c'].map((id) => [id, 'later.task', 'CLR_NOT_REGISTERED', 'celery']),
      );
    }
    expect((await listQuarantine(stage.app, { limit: 2 })).map(({ id }) => id)).toEqual(['a', 'b']);
    expect((await listQuarantine(stage.app, { ids: ['c', 'z'] })).map(({ id }) => id)).toEqual(['c']);
    expect(await listQuarantine(stage.app, { codes: ['CLR_DECODE'] })).toEqual([]);
    expect(await listQuarantine(stage.app, { queues: ['celery'], limit: 1 })).toHaveLength(1);
  });

  it('gives messages back to their queues, where they run once their task is known', async () => {
    const stage = await newStage(kind);
    await quarantined(stage, ['a', 'b', 'c']);
    expect(await requeueQuarantine(stage.app, { ids: ['b'] })).toEqual({ done: 1, left: 0 });
    stage.app.task('later.task', (id: string) => `ran ${id}`);
    await stage.start();
    await until(async () => (await stage.app.result('b').state()) === 'SUCCESS', 'b ran');
    expect((await listQuarantine(stage.app)).map(({ id }) => id)).toEqual(['a', 'c']);
    await stage.publish(taskMessage('x'), QUARANTINE_QUEUE);
    expect(await requeueQuarantine(stage.app)).toEqual({ done: 2, left: 1 });
  });

  it('drops what it is told to', async () => {
    const stage = await newStage(kind);
    await quarantined(stage, ['a', 'b', 'c']);
    expect(await dropQuarantine(stage.app, { ids: ['a', 'c'] })).toEqual({ done: 2, left: 0 });
    expect((await listQuarantine(stage.app)).map(({ id }) => id)).toEqual(['b']);
    expect(await dropQuarantine(stage.app)).toEqual({ done: 1, left: 0 });
    expect(await dropQuarantine(stage.app)).toEqual({ done: 0, left: 0 });
  });

  it('holds no more than its limit: the oldest are dropped', async () => {
    const stage = await newStage(kind, { workerQuarantineLimit: 5 });
    const worker = await stage.start();
    const kept = (): number => stage.lines.filter(({ message }) => message.includes('put into quarantine')).length;
    for (let index = 0; index < 12; index++) {
      await stage.publish(taskMessage('later.task', { headers: { id: String(index) } }));
      // One by one: those that come together may be kept in any order.
      await until(() => kept() === index + 1, 'it is kept');
    }
    await until(async () => (await (await stage.connect()).size(QUARANTINE_QUEUE)) === 5, 'the oldest are gone');
    await worker.whenIdle();
    await worker.stop(1000);
    expect((await listQuarantine(stage.app)).map(({ id }) => id)).toEqual(['7', '8', '9', '10', '11']);
  });
});
