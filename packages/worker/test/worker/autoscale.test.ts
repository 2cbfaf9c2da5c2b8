import { fileURLToPath } from 'node:url';
import { FakeClock } from '@celeriac/testkit';
import { describe, expect, it } from 'vitest';
import { gatedTask, send } from './gated-task.ts';
import { isAlive } from './is-alive.ts';
import { defineTasks } from './prefork-app.ts';
import { newStage, until } from './stage.ts';

const appModule = fileURLToPath(new URL('./prefork-app.ts', import.meta.url));

const LONG = process.env['CELERIAC_LONG'] === '1';

describe('autoscale', { timeout: LONG ? 1_800_000 : 120_000 }, () => {
  it('grows with the work at once, and shrinks when there was none for half a minute', async () => {
    const clock = new FakeClock();
    const stage = await newStage('memory', { clock });
    const { started, open } = gatedTask(stage);
    const worker = await stage.start({ autoscale: { max: 5, min: 1 }, prefetchMultiplier: 2 });
    await send(stage, ['a', 'b', 'c', 'd', 'e', 'f', 'g']);
    await until(async () => {
      await clock.advance(1000);
      return started.length === 5;
    }, 'five run');
    expect(worker.stats().active).toBe(5);
    open();
    await until(() => worker.stats().succeeded === 7, 'all ran');
    const growth = stage.lines.filter(({ message }) => /^Scaling/.test(message));
    await clock.advance(28_000);
    expect(stage.lines.filter(({ message }) => /^Scaling/.test(message))).toEqual(growth);
    await clock.advance(4000);
    expect(stage.lines.map(({ message }) => message)).toContain('Scaling down 4 processes.');
  });

  it('takes a rule of ones own', async () => {
    const clock = new FakeClock();
    const stage = await newStage('memory', { clock });
    const { started } = gatedTask(stage);
    await stage.start({ autoscale: { max: 8, min: 2 }, autoscaleRule: ({ max }) => max / 2 });
    await send(stage, ['a', 'b', 'c', 'd', 'e', 'f']);
    await until(() => started.length === 4, 'half of the most run');
  });

  it.each([1, 3])(
    'A13: processes of %i tasks each, between one and three of them: none lost, none doubled, no process left',
    async (perChild) => {
      const stage = await newStage();
      defineTasks(stage.app);
      const count = LONG ? 500 : 12;
      const worker = await stage.start({
        pool: 'prefork',
        autoscale: { max: LONG ? 4 : 3, min: 1 },
        maxTasksPerChild: perChild,
        appModule,
        procAliveTimeoutMs: 60_000,
      });
      const results = await Promise.all(
        Array.from({ length: count }, () => stage.app.sendTask<number>('pool.sleep', [5])),
      );
      const pids = await Promise.all(results.map((result) => result.get({ timeoutMs: LONG ? 1_500_000 : 110_000 })));
      const uses = Map.groupBy(pids, (pid) => pid);
      for (const tasks of uses.values()) expect(tasks.length).toBeLessThanOrEqual(perChild);
      expect(worker.stats()).toMatchObject({ received: count, succeeded: count, failed: 0 });
      await worker.stop(20_000);
      await until(() => !pids.some(isAlive), 'no process is left');
    },
  );
});
