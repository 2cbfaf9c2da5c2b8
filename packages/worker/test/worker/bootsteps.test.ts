import {
  type ConsumerContext,
  ConsumerStep,
  listQuarantine,
  StartStopStep,
  type StepConsumer,
  type StepMessage,
  stepGraph,
  type WorkerContext,
} from '@celeriac/worker';
import { describe, expect, it } from 'vitest';
import { KINDS, newStage, taskMessage, until } from './stage.ts';

describe.each(KINDS)('bootsteps on %s', { timeout: 30_000 }, (kind) => {
  it('a step of the consumer reads a foreign queue: acknowledges, quarantines what fails, reads again after a loss', async () => {
    const stage = await newStage(kind);
    const seen: unknown[] = [];
    let context: ConsumerContext | undefined;
    class ReadingsStep extends ConsumerStep {
      consumers(consumer: ConsumerContext): readonly StepConsumer[] {
        context = consumer;
        return [{ queues: ['readings'], onMessage: (message) => this.#store(message) }];
      }
      async #store({ decode }: StepMessage): Promise<void> {
        const reading = decode() as { celsius: number };
        if (reading.celsius < -273) throw new RangeError('colder than possible');
        seen.push(reading.celsius);
      }
    }
    stage.app.steps.consumer.add(ReadingsStep);
    const worker = await stage.start();
    const foreign = (body: unknown) => ({ ...taskMessage('none', { body }), headers: {} });
    await stage.publish(foreign({ celsius: 21 }), 'readings');
    await stage.publish(foreign({ celsius: -300 }), 'readings');
    await until(async () => (await listQuarantine(stage.app)).length === 1, 'one is in quarantine');
    const transport = context!.transport;
    context!.lost(new Error('for a test'));
    await until(() => stage.lines.some(({ message }) => message === 'Reading the queues again'), 'it reads again');
    expect(context!.transport).toBe(transport);
    await stage.publish(foreign({ celsius: 4 }), 'readings');
    await until(() => seen.length === 2, 'both arrived');
    expect(seen).toEqual([21, 4]);
    expect(await listQuarantine(stage.app)).toMatchObject([{ code: 'CLR_STEP', queue: 'readings' }]);
    await worker.stop(5000);
    expect(await (await stage.connect()).size('readings')).toBe(0);
  });

  it('a step of the worker starts once, before tasks are read, and ends after them; it may end the worker', async () => {
    const stage = await newStage(kind);
    const trace: string[] = [];
    let context: WorkerContext | undefined;
    const failed = Promise.withResolvers<void>();
    class StateStep extends StartStopStep<WorkerContext> {
      override start(worker: WorkerContext): void {
        context = worker;
        trace.push(`start of ${worker.hostname}`);
      }
      override close(): void {
        trace.push('close');
      }
      override stop(): void {
        trace.push('stop');
        failed.resolve();
      }
    }
    stage.app.steps.worker.add(StateStep);
    const task = stage.app.task('trace', () => trace.push('task'));
    const worker = await stage.start({ hostname: 'w1@here' });
    await (await task.delay()).get({ timeoutMs: 5000 });
    context!.fail(new Error('the disk is full'));
    await failed.promise;
    expect(await worker.ended).toMatchObject({ message: 'the disk is full' });
    expect(trace).toEqual(['start of w1@here', 'task', 'close', 'stop']);
  });

  it('a step that cannot start fails the start of the worker, which leaves nothing behind and can start again', async () => {
    const stage = await newStage(kind);
    let broken = true;
    class Broken extends StartStopStep<WorkerContext> {
      static readonly requires: readonly string[] = ['pool'];
      override start(): void {
        if (broken) throw new Error('no licence');
      }
    }
    stage.app.steps.worker.add(Broken);
    await expect(stage.start()).rejects.toThrow('no licence');
    broken = false;
    const worker = await stage.start();
    expect(worker.stats().active).toBe(0);
    await worker.stop(1000);
  });
});

describe('steps that do not fit together', () => {
  it.each([
    ['missing', ['nowhere']],
    ['cycle', ['odd']],
  ])('fail the start: %s', async (problem, requires) => {
    const stage = await newStage();
    class Odd extends StartStopStep<WorkerContext> {
      static readonly requires: readonly string[] = requires;
    }
    stage.app.steps.worker.add(Odd);
    await expect(stage.start()).rejects.toMatchObject({ code: 'CLR_BOOTSTEP', problem });
  });
});

describe('stepGraph', () => {
  it('draws both blueprints with the steps of the app', async () => {
    const stage = await newStage();
    class MineStep extends StartStopStep<WorkerContext> {
      static readonly requires: readonly string[] = ['pool'];
    }
    stage.app.steps.worker.add(MineStep);
    const graph = stepGraph(stage.app);
    expect(graph).toMatch(/^digraph bootsteps \{\n/);
    expect(graph).toContain('"worker.mine" -> "worker.pool";');
    expect(graph).toContain('"consumer.tasks" -> "consumer.connection";');
    expect(stepGraph(stage.app, ['consumer'])).not.toContain('worker.');
  });
});
