import { uuid } from '@celeriac/protocol';
import { describe, expect, test } from 'vitest';
import { EventMetrics } from './event-metrics.ts';
import { EventReceiver } from './event-receiver.ts';
import { monitorStage } from './monitor-stage.fixture.ts';

type Event = Parameters<EventMetrics['event']>[0];

let clock = 0;
function eventOf(type: string, fields: Event['fields'], timestamp = Date.now() / 1000, hostname = 'w1@h'): Event {
  const head = { type, hostname, utcoffset: 0, pid: 1, clock: ++clock, timestamp };
  return { ...head, receivedAtMs: timestamp * 1000, fields };
}

function newMetrics(options: ConstructorParameters<typeof EventMetrics>[1] = {}): EventMetrics {
  return new EventMetrics(monitorStage(`memory://${uuid()}`).app, options);
}

async function linesOf(metrics: EventMetrics, name: string): Promise<readonly string[]> {
  return (await metrics.text()).split('\n').filter((line) => line.startsWith(name));
}

const received = { uuid: 'a', name: 'add', args: '()', kwargs: '{}', retries: 0, eta: null };

describe('numbers under the names of Flower', () => {
  test('a task on its way', async () => {
    const metrics = newMetrics({ runtimeBuckets: [1, 10] });
    metrics.event(eventOf('task-received', received, 100));
    expect(await linesOf(metrics, 'flower_worker_prefetched_tasks')).toEqual([
      'flower_worker_prefetched_tasks{worker="w1@h",task="add"} 1',
    ]);
    metrics.event(eventOf('task-started', { uuid: 'a' }, 102.5));
    expect(await linesOf(metrics, 'flower_worker_prefetched_tasks')).toEqual([]);
    expect(await linesOf(metrics, 'flower_task_prefetch_time_seconds')).toEqual([
      'flower_task_prefetch_time_seconds{worker="w1@h",task="add"} 2.5',
    ]);
    metrics.event(eventOf('task-succeeded', { uuid: 'a', result: '1', runtime: 3 }, 106));
    expect(await linesOf(metrics, 'flower_task_prefetch_time_seconds')).toEqual([
      'flower_task_prefetch_time_seconds{worker="w1@h",task="add"} 0',
    ]);
    expect(await linesOf(metrics, 'flower_task_runtime_seconds')).toEqual([
      'flower_task_runtime_seconds_bucket{le="1",worker="w1@h",task="add"} 0',
      'flower_task_runtime_seconds_bucket{le="10",worker="w1@h",task="add"} 1',
      'flower_task_runtime_seconds_bucket{le="+Inf",worker="w1@h",task="add"} 1',
      'flower_task_runtime_seconds_sum{worker="w1@h",task="add"} 3',
      'flower_task_runtime_seconds_count{worker="w1@h",task="add"} 1',
    ]);
    expect(await linesOf(metrics, 'flower_events_total')).toEqual(
      ['received', 'started', 'succeeded'].map(
        (word) => `flower_events_total{worker="w1@h",type="task-${word}",task="add"} 1`,
      ),
    );
  });

  test('a task that waits for its time is not waiting for a slot', async () => {
    const metrics = newMetrics();
    metrics.event(eventOf('task-received', { ...received, eta: '2030-01-01T00:00:00+00:00' }));
    metrics.event(eventOf('task-started', { uuid: 'a' }));
    expect(await linesOf(metrics, 'flower_worker_prefetched_tasks')).toEqual([]);
    expect(await linesOf(metrics, 'flower_task_prefetch_time_seconds')).toEqual([]);
  });

  test('workers: there, gone, and gone without a word', async () => {
    const metrics = newMetrics();
    const longAgo = Date.now() / 1000 - 3600;
    metrics.event(eventOf('worker-heartbeat', { freq: 2, active: 3 }));
    metrics.event(eventOf('worker-offline', { freq: 2 }, undefined, 'w2@h'));
    metrics.event(eventOf('worker-heartbeat', { freq: 2, active: 1 }, longAgo, 'w3@h'));
    expect(await linesOf(metrics, 'flower_worker_online')).toEqual([
      'flower_worker_online{worker="w1@h"} 1',
      'flower_worker_online{worker="w2@h"} 0',
      'flower_worker_online{worker="w3@h"} 0',
    ]);
    expect(await linesOf(metrics, 'flower_worker_number')).toContain(
      'flower_worker_number_of_currently_executing_tasks{worker="w1@h"} 3',
    );
  });

  test('names that outsiders make up do not fill the memory, nor break a line', async () => {
    const metrics = newMetrics({ maxNames: 2 });
    for (let index = 0; index < 50; index++) {
      const fields = { ...received, uuid: `id${index}`, name: `made-up"\n${index}` };
      metrics.event(eventOf('task-received', fields, undefined, `w${index}@h`));
      metrics.event(eventOf(`task-odd${index}`, { uuid: 7, runtime: 'long' }));
    }
    const lines = await linesOf(metrics, 'flower_events_total');
    expect(lines).toContain('flower_events_total{worker="(other)",type="task-received",task="(other)"} 48');
    expect(lines.length).toBeLessThanOrEqual(6);
    expect(await linesOf(metrics, 'flower_worker_prefetched_tasks')).toContain(
      'flower_worker_prefetched_tasks{worker="(other)",task="(other)"} 48',
    );
  });
});

test('a worker’s own events are counted', async () => {
  const stage = monitorStage(`memory://${uuid()}`);
  const metrics = new EventMetrics(stage.app);
  const receiver = new EventReceiver(stage.app, { handlers: { '*': (event) => metrics.event(event) } });
  await receiver.start(AbortSignal.timeout(10_000));
  await stage.startWorker({ hostname: 'w1@h' });
  await (await stage.app.sendTask('watched.add', [1, 2])).get({ timeoutMs: 10_000 });
  await expect
    .poll(() => linesOf(metrics, 'flower_events_total'), { timeout: 10_000 })
    .toContain('flower_events_total{worker="w1@h",type="task-succeeded",task="watched.add"} 1');
  expect(await linesOf(metrics, 'flower_worker_online')).toEqual(['flower_worker_online{worker="w1@h"} 1']);
  await receiver.stop(1000);
});
