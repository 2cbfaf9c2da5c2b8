import { Celeriac } from '@celeriac/core';
import { silentLogger } from '@celeriac/protocol';
import { TestWorker } from '@celeriac/testing';

/** An app with a real worker in memory, and tasks that tell what they did. */
export async function workflowStage(settings: object = {}) {
  const app = new Celeriac('canvas', { configFile: false, environment: {}, logger: silentLogger, ...settings });
  const seen: string[] = [];
  const tasks = {
    add: app.task('add', (x: number, y: number) => x + y),
    mul: app.task('mul', { parameters: ['x', 'y'] }, (x: number, y: number) => x * y),
    sum: app.task('sum', (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0)),
    echo: app.task('echo', (value: unknown) => value),
    list: app.task('list', (...values: readonly unknown[]) => values),
    fail: app.task('fail', (..._: readonly unknown[]): number => {
      throw new RangeError('on purpose');
    }),
    flaky: app.task('flaky', { bind: true, maxRetries: 5 }, (context, value: number, failures: number): number => {
      if (context.request.retries < failures) context.retry({ countdown: 1 });
      return value;
    }),
    note: app.task('note', (value: unknown, label = 'note') => {
      seen.push(`${label} ${JSON.stringify(value)}`);
      return value;
    }),
    info: app.task('info', { bind: true }, ({ request }, ..._: readonly unknown[]) => ({
      id: request.id,
      root: request.rootId,
      parent: request.parentId,
      group: request.group,
      index: request.groupIndex,
      priority: request.deliveryInfo.priority,
      stamps: request.stamps,
      stamped: request.stampedHeaders,
    })),
  };
  const worker = await TestWorker.start(app);
  return { app, worker, seen, ...tasks, [Symbol.asyncDispose]: () => worker.stop() };
}
