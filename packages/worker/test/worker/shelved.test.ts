import { expect, it } from 'vitest';
import { ANSWERS, NODE, only } from './control-answers.ts';
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
    const headers = { id: 'two', eta, 'x-own': 'mine' };
    await stage.publish(taskMessage('shelf.note', { body: [[7], {}, null], headers }));
    const named = { task: 'shelf.note', id: 'one', args: [8], kwargs: {}, eta };
    await stage.publish({ ...taskMessage(''), headers: {}, body: Buffer.from(JSON.stringify(named)) });
    const inspect = stage.app.control.inspect(ANSWERS);
    const held = async (): Promise<readonly string[]> => {
      const tasks = (await only(inspect.scheduled())) as readonly { readonly request: { readonly id: string } }[];
      return tasks.map(({ request }) => request.id).sort();
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
