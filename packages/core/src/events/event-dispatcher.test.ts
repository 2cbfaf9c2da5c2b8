import { readFileSync } from 'node:fs';
import { DEFAULT_LIMITS, decodeJson } from '@celeriac/protocol';
import type { ConnectionGuard, Delivery } from '@celeriac/transport';
import { afterEach, describe, expect, test } from 'vitest';
import type { Celeriac } from '../app/celeriac.ts';
import { memoryApp } from '../publish/memory-app.fixture.ts';
import { runtimeOf } from '../runtime/runtime-of.ts';
import { EventDispatcher } from './event-dispatcher.ts';

const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

interface Seen {
  readonly routingKey: string;
  readonly headers: object;
  readonly deliveryMode: number | undefined;
  readonly body: unknown;
}

/** What arrives in a monitor's queue. */
async function listen(app: Celeriac, routingKey = '#'): Promise<readonly Seen[]> {
  const seen: Seen[] = [];
  const guard = runtimeOf(app).openReader();
  const transport = await guard.acquire();
  await transport.declare({
    exchanges: [{ name: 'celeryev', type: 'topic' }],
    queues: [{ name: 'celeryev.test', durable: false, autoDelete: true }],
    bindings: [{ exchange: 'celeryev', queue: 'celeryev.test', routingKey }],
  });
  const onDeliveries = (deliveries: readonly Delivery[]): void => {
    for (const { message, routingKey: key } of deliveries) {
      const body = decodeJson(message.body, DEFAULT_LIMITS);
      seen.push({ routingKey: key, headers: message.headers, deliveryMode: message.properties.deliveryMode, body });
    }
  };
  const consumer = await transport.consume({
    queues: ['celeryev.test'],
    prefetch: 0,
    noAck: true,
    onDeliveries,
    onLost: () => {},
  });
  open.push(async () => {
    await consumer.stop();
    await guard.stop(1000);
    await app.close();
  });
  return seen;
}

function golden(name: string, type: string): { readonly [field: string]: unknown } {
  const file = new URL(`../../../protocol/test/golden/fixtures/events/${name}.json`, import.meta.url);
  const found = find(JSON.parse(readFileSync(file, 'utf8')), type);
  expect(found).toBeDefined();
  return found!;
}

function find(value: unknown, type: string): { readonly [field: string]: unknown } | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const record = value as { readonly [field: string]: unknown };
  if (record['type'] === type && 'hostname' in record) return record;
  for (const inner of Object.values(record)) {
    const found = find(inner, type);
    if (found !== undefined) return found;
  }
  return undefined;
}

describe('EventDispatcher', () => {
  test('ends although the broker took events and never answered', async () => {
    const { clock, lamport, logger, serializers } = runtimeOf(memoryApp());
    const asked = Promise.withResolvers<void>();
    const publish = (): Promise<never> => {
      asked.resolve();
      return new Promise(() => {});
    };
    const transport = { capabilities: { fanout: 'full', eventExchange: 'topic' }, declare: async () => {}, publish };
    const guard = { acquire: async () => transport } as unknown as ConnectionGuard;
    const parts = { hostname: 'w@h', exchange: 'celeryev', serializer: 'json', clock, lamport, logger, serializers };
    const events = new EventDispatcher({ ...parts, guard });
    events.send('worker-online', {});
    await asked.promise;
    await events.close(10);
    events.send('worker-offline', {});
    expect(events.waiting).toBe(0);
  });

  test('sends events of tasks in lists, others alone, transient, with the clock', async () => {
    const app = memoryApp();
    const seen = await listen(app);
    const events = runtimeOf(app).openEvents({ hostname: 'w@h', listsTasks: true });
    events.send('task-started', { uuid: 'a' });
    events.send('task-failed', { uuid: 'a', exception: 'E()' });
    events.send('worker-online', { freq: 2 });
    await events.close(5000);
    await expect.poll(() => seen.length).toBe(2);
    const common = { hostname: 'w@h', pid: process.pid, utcoffset: expect.any(Number), timestamp: expect.any(Number) };
    expect(seen).toMatchObject([
      {
        routingKey: 'task.multi',
        headers: { hostname: 'w@h' },
        deliveryMode: 1,
        body: [
          { ...common, type: 'task-started', uuid: 'a', clock: 1 },
          { ...common, type: 'task-failed', exception: 'E()', clock: 2 },
        ],
      },
      { routingKey: 'worker.online', deliveryMode: 1, body: { ...common, type: 'worker-online', freq: 2, clock: 3 } },
    ]);
  });

  test('sends only the groups that are wanted', async () => {
    const app = memoryApp();
    const seen = await listen(app);
    const events = runtimeOf(app).openEvents({ hostname: 'w@h', groups: ['worker'] });
    expect([events.sends('task'), events.sends('worker')]).toEqual([false, true]);
    events.send('task-started', { uuid: 'a' });
    expect([events.enableGroup('task'), events.enableGroup('task')]).toEqual([true, false]);
    events.send('task-started', { uuid: 'b' });
    expect([events.disableGroup('task'), events.disableGroup('task')]).toEqual([true, false]);
    events.send('task-started', { uuid: 'c' });
    await events.close(5000);
    events.send('worker-offline', {});
    await expect.poll(() => seen.length).toBe(1);
    expect(seen).toMatchObject([{ body: { uuid: 'b' } }]);
    const all = runtimeOf(app).openEvents({ hostname: 'w@h' });
    expect([all.enableGroup('task'), all.disableGroup('task'), all.sends('task')]).toEqual([false, false, true]);
  });

  test('an event that cannot be written takes no other with it', async () => {
    const app = memoryApp();
    const seen = await listen(app);
    const events = runtimeOf(app).openEvents({ hostname: 'w@h', listsTasks: true });
    const circle: { self?: unknown } = {};
    circle.self = circle;
    for (const [index, odd] of [circle, 1, circle].entries()) events.send('task-odd', { uuid: `${index}`, odd });
    await events.close(5000);
    await expect.poll(() => seen.length).toBe(1);
    expect(seen[0]?.body).toMatchObject([{ uuid: '1', odd: 1 }]);
    expect(events.dropped).toBe(2);
  });

  test('task-sent has the fields of Celery, in their order, and only when it is wanted', async () => {
    const app = memoryApp({ taskSendSentEvent: true });
    const quiet = memoryApp();
    const seen = await listen(app);
    const nothing = await listen(quiet);
    for (const each of [app, quiet]) await each.sendTask('proj.add', [1, 2], { countdown: 30, taskId: 'id-1' });
    await expect.poll(() => seen.length).toBe(1);
    const body = seen[0]!.body as { readonly [field: string]: unknown };
    const sample = golden('sent-event', 'task-sent');
    expect(Object.keys(body)).toEqual(Object.keys(sample));
    const { queue, exchange, routing_key, args, kwargs, name, retries, expires, parent_id } = sample;
    expect(body).toMatchObject({
      ...{ queue, exchange, routing_key, args, kwargs, name, retries, expires, parent_id },
      uuid: 'id-1',
      root_id: 'id-1',
      eta: expect.stringMatching(/^\d{4}-.*\+00:00$/),
      hostname: expect.stringMatching(/^gen\d+@/),
    });
    expect(seen[0]).toMatchObject({ routingKey: 'task.sent' });
    await quiet.close();
    expect(nothing).toEqual([]);
  });

  test('bad names of events are refused where they are sent', async () => {
    const app = memoryApp({ taskAlwaysEager: true });
    const seen = await listen(app);
    const tell = app.task('tell', { bind: true }, (self, type: string) => self.sendEvent(type, { step: 3 }));
    const result = await tell.applyAsync(['task-progress'], { taskId: 'me' });
    await result.get();
    await expect.poll(() => seen.length).toBe(1);
    expect(seen[0]).toMatchObject({
      routingKey: 'task.progress',
      body: { uuid: 'me', step: 3, type: 'task-progress' },
    });
    for (const type of ['', '__proto__', 'a b', 'x'.repeat(300)]) {
      const failed = await tell.delay(type);
      await expect(failed.get()).rejects.toThrow(/must be the name of an event/);
    }
  });
});
