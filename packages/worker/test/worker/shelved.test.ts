import { expect, it } from 'vitest';
import { ANSWERS, NODE, only, REPLY, said } from './control-answers.ts';
import { KINDS, newStage, taskMessage, until } from './stage.ts';

it.each(KINDS)(
  'tasks that wait for their time are read again for those who ask, and run as sent, on %s',
  async (kind) => {
    const stage = await newStage(kind);
    const seen: unknown[] = [];
    stage.app.task('shelf.note', { bind: true }, (context, value: number) => {
      seen.push([value, context.request.id, context.request.headers['x-own']]);
    });
    await stage.start({ hostname: NODE });
    const eta = new Date(Date.now() + 3000).toISOString();
    const later = new Date(Date.now() + 3500).toISOString();
    const headers = { id: 'two', eta: later, 'x-own': 'mine' };
    await stage.publish(taskMessage('shelf.note', { body: [[7], {}, null], headers }));
    const named = { task: 'shelf.note', id: 'one', args: [8], kwargs: {}, eta };
    await stage.publish({ ...taskMessage(''), headers: {}, body: Buffer.from(JSON.stringify(named)) });
    const inspect = stage.app.control.inspect(ANSWERS);
    const held = async (): Promise<readonly string[]> => {
      const tasks = (await only(inspect.scheduled())) as readonly { readonly request: { readonly id: string } }[];
      return tasks.map(({ request }) => request.id);
    };
    await until(async () => (await held()).length === 2, 'both are held');
    // Asked once more: what was let go of is there again.
    expect(await held()).toEqual(['one', 'two']);
    await until(() => seen.length === 2, 'both ran', 20_000);
    expect(seen.sort()).toEqual([
      [7, 'two', 'mine'],
      [8, 'one', undefined],
    ]);
  },
);

it('tasks that wait for their time are revoked by their stamps, and by their ids with terminate', async () => {
  const stage = await newStage('memory');
  stage.app.task('shelf.never', () => 1);
  await stage.start({ hostname: NODE });
  const eta = new Date(Date.now() + 600_000).toISOString();
  const stamped = (order: string) => ({ stamped_headers: ['order'], stamps: { order } });
  for (const id of ['17', '18', '19']) {
    await stage.publish(taskMessage('shelf.never', { headers: { id, eta, ...stamped(id) } }));
  }
  const inspect = stage.app.control.inspect(ANSWERS);
  const held = async (): Promise<number> => ((await only(inspect.scheduled())) as readonly unknown[]).length;
  await until(async () => (await held()) === 3, 'all are held');
  await stage.app.control.revokeByStampedHeaders({ order: ['17'] }, REPLY);
  expect(await said(stage.app.control.revoke('18', { ...REPLY, terminate: true }))).toEqual({ ok: 'terminate: 18' });
  for (const id of ['17', '18']) {
    await expect(stage.app.result(id).get({ timeoutMs: 20_000 })).rejects.toMatchObject({ code: 'CLR_TASK_REVOKED' });
  }
  expect(await held()).toBe(1);
  expect(await only(inspect.queryTask('19', '18'))).toMatchObject({ 19: ['ready', { id: '19' }] });
});
