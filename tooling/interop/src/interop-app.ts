import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bzip2Compression } from '@celeriac/compression-bzip2';
import { Celeriac } from '@celeriac/core';
import { encodeJson } from '@celeriac/protocol';
import { msgpackSerializer } from '@celeriac/serializer-msgpack';
import type { InteropConfig } from './interop-config.ts';

/** The Celeriac side: an app with the tasks that python/interop_app.py has too. */
export function interopApp(config: InteropConfig): Celeriac {
  const app = clientApp(config);
  const note = (name: string, value: unknown): void => writeNote(config.notes, name, value);
  addPlainTasks(app);
  addContextTasks(app);
  addNoteTasks(app, note);
  addProgressTask(app, config.notes, note);
  return app;
}

/** An app that knows no task: callers of another application's tasks have only their names. */
export function clientApp(config: InteropConfig): Celeriac {
  return new Celeriac('interop', {
    broker: config.broker,
    backend: config.backend,
    acceptContent: ['json', 'msgpack'],
    taskDefaultQueue: config.celeriacQueue,
    ...(config.maxPriority !== null && { taskQueueMaxPriority: config.maxPriority }),
    ...(config.quorum && {
      taskDefaultQueueType: 'quorum',
      taskDefaultExchangeType: 'topic',
      taskCreateMissingQueueType: 'quorum',
    }),
    controlExchange: config.controlExchange,
    ...(config.eventExchange !== undefined && { eventExchange: config.eventExchange }),
    resultExpires: 600,
    configFile: false,
    serializers: [msgpackSerializer],
    compressions: [bzip2Compression],
  });
}

function addPlainTasks(app: Celeriac): void {
  app.task('interop.add', { parameters: ['x', 'y'] }, (x: number, y: number) => x + y);
  app.task('interop.mul', { parameters: ['x', 'y'] }, (x: number, y: number) => x * y);
  app.task('interop.add_kw', { parameters: ['x', 'y?', 'z?'] }, (x: number, y = 0, z = 0) => [x, y, z]);
  app.task('interop.tsum', { parameters: ['numbers'] }, (numbers: readonly number[]) =>
    numbers.reduce((sum, number) => sum + number, 0),
  );
  app.task('interop.noop', { ignoreResult: true }, () => null);
  app.task('interop.kind', { parameters: ['value'] }, kindOf);
  app.task('interop.clock', () => (performance.timeOrigin + performance.now()) / 1000);
  app.task('interop.fail', (kind: string, ...args: readonly unknown[]) => {
    const isPythons = ['ValueError', 'KeyError', 'ZeroDivisionError'].includes(kind);
    throw Object.assign(new Error(String(args[0])), {
      name: isPythons ? kind : 'InteropError',
      args,
      ...(isPythons && { module: 'builtins' }),
    });
  });
}

function addContextTasks(app: Celeriac): void {
  // With `parameters` a call by keyword binds; the request still says how the caller put it.
  const parameters = ['a?', 'b?', 'c?'] as const;
  app.task(
    'interop.echo',
    { bind: true, parameters },
    ({ request }, _a: unknown = null, _b: unknown = null, _c: unknown = null) => ({
      args: request.args,
      kwargs: request.kwargs,
    }),
  );
  app.task(
    'interop.shown_args',
    { bind: true, parameters },
    ({ request }, _a: unknown = null, _b: unknown = null, _c: unknown = null) => [request.argsrepr, request.kwargsrepr],
  );
  app.task('interop.retry_times', { bind: true, maxRetries: 5 }, (context, times: number) => {
    if (context.request.retries < times) return context.retry({ countdown: 0 });
    return context.request.retries;
  });
  app.task('interop.give_up', { bind: true, maxRetries: 1 }, (context) => context.retry({ countdown: 0 }));
  app.task('interop.request_info', { bind: true }, ({ request }) => ({
    id: request.id,
    task: request.task,
    retries: request.retries,
    root_id: request.rootId,
    parent_id: request.parentId,
    correlation_id: request.correlationId,
    argsrepr: request.argsrepr,
    kwargsrepr: request.kwargsrepr,
    priority: request.deliveryInfo.priority,
  }));
}

type Note = (name: string, value: unknown) => void;

function addNoteTasks(app: Celeriac, note: Note): void {
  app.task(
    'interop.witness',
    { bind: true, parameters: ['a?', 'b?', 'c?'] },
    ({ request }, _a: unknown = null, _b: unknown = null, _c: unknown = null) =>
      note(request.id, { by: 'celeriac', args: request.args, kwargs: request.kwargs }),
  );
  // Old style: one argument, the failed task's id.
  app.task('interop.errback', (taskId: string) => note(`${taskId}.errback`, { by: 'celeriac', args: [taskId] }));
  // New style: called inside the worker that knows it, with the failure itself.
  app.task('interop.errback_new', (request: { readonly id: string }, exc: unknown, traceback: string) =>
    note(`${request.id}.errback_new`, { by: 'celeriac', exc: JSON.stringify(exc), traceback }),
  );
}

function addProgressTask(app: Celeriac, folder: string, note: Note): void {
  app.task('interop.progress', { bind: true }, async (context) => {
    await context.updateState('PROGRESS', { done: 3, of: 10 });
    note(`${context.request.id}.begun`, {});
    const deadline = performance.now() + 20_000;
    while (!existsSync(join(folder, `${context.request.id}.go`)) && performance.now() < deadline) await sleep(5);
    return 'went';
  });
}

/** What Python would call the type of a value. A float without a fraction is a whole number here. */
function kindOf(value: unknown): string {
  if (value === null) return 'NoneType';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  const kinds: { readonly [type: string]: string } = { bigint: 'int', string: 'str', boolean: 'bool', object: 'dict' };
  return kinds[typeof value] ?? typeof value;
}

/** The rename makes the file appear whole. */
function writeNote(folder: string, name: string, value: unknown): void {
  const path = join(folder, name);
  writeFileSync(`${path}.part`, encodeJson(value));
  renameSync(`${path}.part`, `${path}.json`);
}
