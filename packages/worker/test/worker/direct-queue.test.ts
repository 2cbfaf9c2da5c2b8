import { workerDirect } from '@celeriac/core';
import { runtimeOf } from '@celeriac/core/internal';
import { expect, it } from 'vitest';
import { newStage } from './stage.ts';

it('workerDirect: each worker alone gets what is sent to its own queue, and reads the others too', async () => {
  const stage = await newStage();
  stage.app.configure({ workerDirect: true, taskCreateMissingQueues: false });
  const ran: string[] = [];
  const note = stage.app.task(
    'note',
    { bind: true },
    ({ request }, text: string) => void ran.push(`${request.hostname} ${text}`),
  );
  await stage.start({ hostname: 'a@h' });
  await stage.start({ hostname: 'b@h' });
  for (const hostname of ['a@h', 'b@h', 'b@h']) {
    await (await note.applyAsync(['own'], { queue: workerDirect(hostname) })).get({ timeoutMs: 10_000 });
  }
  await (await note.delay('any')).get({ timeoutMs: 10_000 });
  expect(ran.slice(0, 3)).toEqual(['a@h own', 'b@h own', 'b@h own']);
  expect(ran[3]).toMatch(/ any$/);
});

it('the queue is as Celery declares it', async () => {
  const stage = await newStage();
  expect(runtimeOf(stage.app).queueTable.get(workerDirect('w@h')).topology).toEqual({
    exchanges: [{ name: 'C.dq2', type: 'direct' }],
    queues: [{ name: 'w@h.dq2' }],
    bindings: [{ exchange: 'C.dq2', queue: 'w@h.dq2', routingKey: 'w@h' }],
  });
});
