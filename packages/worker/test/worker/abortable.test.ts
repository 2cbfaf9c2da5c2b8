import { expect, it } from 'vitest';
import { newStage, until } from './stage.ts';

it('a task that looks is told to stop; what it returns is its result', async () => {
  const stage = await newStage();
  const rounds = stage.app.task('rounds', { bind: true, trackStarted: true }, async (context) => {
    for (let round = 0; ; round++) {
      if (await context.isAborted()) return { stopped: round > 0 };
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });
  await stage.start();
  const { id } = await rounds.delay();
  const result = stage.app.AbortableAsyncResult(id);
  await until(async () => (await result.state()) === 'STARTED', 'the task has started');
  expect(await result.isAborted()).toBe(false);
  await result.abort();
  expect(await result.get({ timeoutMs: 10_000 })).toEqual({ stopped: true });
  expect(await result.isAborted()).toBe(false);
});

it('without a result store nobody can be asked', async () => {
  const stage = await newStage('memory', { resultBackend: null });
  const look = stage.app.task('look', { bind: true }, (context) => context.isAborted());
  expect(await (await look.apply([])).get()).toBe(false);
  await expect(stage.app.AbortableAsyncResult('x').abort()).rejects.toMatchObject({ code: 'CLR_RESULTS_DISABLED' });
});
