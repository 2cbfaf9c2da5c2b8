import type { ReceivedEvent } from '@celeriac/core/internal';
import { encodeEvent, uuid } from '@celeriac/protocol';
import { FakeClock } from '@celeriac/testkit';
import { usePrivateService, useService } from '@celeriac/tooling/services';
import { ChannelError, type Transport } from '@celeriac/transport';
import { transport as memory } from '@celeriac/transport-memory';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { ClusterState } from './cluster-state.ts';
import { EventReceiver, type EventReceiverOptions } from './event-receiver.ts';
import { type MonitorStage, monitorStage, until } from './monitor-stage.fixture.ts';

const redis = await useService('redis');
const rabbitmq = await useService('rabbitmq');
afterAll(async () => {
  if (redis.skipped === undefined) await redis.stop();
  if (rabbitmq.skipped === undefined) await rabbitmq.stop();
});

const BROKERS = [
  { name: 'memory', url: () => `memory://${uuid()}`, skipped: undefined },
  { name: 'redis', url: () => (redis.skipped === undefined ? redis.url : ''), skipped: redis.skipped },
  { name: 'rabbitmq', url: () => (rabbitmq.skipped === undefined ? rabbitmq.url : ''), skipped: rabbitmq.skipped },
];
const never = new AbortController().signal;

async function receive({ app }: MonitorStage, options: EventReceiverOptions = {}): Promise<EventReceiver> {
  const receiver = new EventReceiver(app, options);
  onTestFinished(() => receiver.stop(1000));
  await receiver.start(never);
  return receiver;
}

describe.each(BROKERS)('a receiver on $name', { timeout: 60_000 }, ({ url, skipped }) => {
  test.skipIf(skipped !== undefined)(
    'gets all events of a worker and its tasks, and knows how they stand',
    async () => {
      const stage = monitorStage(url());
      const state = new ClusterState();
      const failed: string[] = [];
      await receive(stage, {
        handlers: {
          '*': (event) => state.event(event),
          'task-failed': (event) => {
            failed.push(String(event.fields['uuid']));
            state.event(event);
          },
        },
      });
      const worker = await stage.startWorker({ hostname: 'seen@h', heartbeatIntervalMs: 200 });
      await stage.app.sendTask('watched.add', [1, 2], { taskId: 'good' });
      await stage.app.sendTask('watched.boom', [], { taskId: 'bad' });
      await until(() => state.task('good')?.isReady && state.task('bad')?.isReady, 'both ended');
      expect(state.task('good')).toMatchObject({ state: 'SUCCESS', result: '3', worker: 'seen@h', args: '(1, 2)' });
      expect(state.task('bad')).toMatchObject({ state: 'FAILURE', exception: "RangeError('boom')" });
      expect(failed).toEqual(['bad']);
      await until(() => state.worker('seen@h')?.processed === 2, 'a heartbeat');
      expect(state.aliveWorkers(Date.now()).map(({ hostname }) => hostname)).toEqual(['seen@h']);
      await worker.stop(5000);
      await until(() => state.worker('seen@h')?.isOnline === false, 'the worker said goodbye');
    },
  );

  test.skipIf(skipped !== undefined)(
    'captures until a limit, a silence or a signal, and wakes workers up',
    async () => {
      const stage = monitorStage(url());
      await stage.startWorker({ heartbeatIntervalMs: 3_600_000, taskEvents: false });
      const types: string[] = [];
      const receiver = new EventReceiver(stage.app, { handlers: { '*': ({ type }) => types.push(type) } });
      for await (const { type } of receiver.iterate({ timeoutMs: 20_000 })) if (type === 'worker-heartbeat') break;
      expect(types.at(-1)).toBe('worker-heartbeat');
      expect(await receiver.capture({ limit: 1, timeoutMs: 20_000 })).toBe(1);
      expect(await receiver.capture({ timeoutMs: 100, wakeup: false })).toBe(0);
      const abort = new AbortController();
      const capturing = receiver.capture({ signal: abort.signal, wakeup: false });
      abort.abort(new Error('enough'));
      expect(await capturing).toBe(0);
      await receiver.start(never);
      for await (const event of receiver.iterate({ timeoutMs: 20_000 })) {
        expect(event.type).toBe('worker-heartbeat');
        break;
      }
      await receiver.stop(1000);
      await receiver.stop(1000);
    },
  );

  test.skipIf(skipped !== undefined)('only the events that it asks for', async () => {
    const stage = monitorStage(url());
    const types = new Set<string>();
    await receive(stage, { routingKey: 'worker.#', handlers: { '*': ({ type }) => types.add(type) } });
    const worker = await stage.startWorker({ heartbeatIntervalMs: 100 });
    await (await stage.app.sendTask('watched.add', [1, 2])).get({ timeoutMs: 20_000 });
    await until(() => types.has('worker-heartbeat'), 'a heartbeat');
    await worker.stop(5000);
    await until(() => types.has('worker-offline'), 'the worker said goodbye');
    expect([...types].sort()).toEqual(['worker-heartbeat', 'worker-offline', 'worker-online']);
  });

  test.skipIf(skipped !== undefined)('M31: passes over what is no event, counts it, and goes on', async () => {
    const stage = monitorStage(url());
    const state = new ClusterState();
    const clocks: number[] = [];
    const take = (event: ReceivedEvent): void => {
      clocks.push(event.clock);
      state.event(event);
    };
    const receiver = await receive(stage, { handlers: { '*': take } });
    const good = encodeEvent({
      type: 'task-received',
      hostname: 'x@h',
      utcoffset: 0,
      pid: 1,
      clock: 7,
      timestamp: Date.now() / 1000,
      fields: { uuid: 'good' },
    });
    const garbage: unknown[] = [
      { ...good, type: undefined },
      { ...good, type: '__proto__' },
      { ...good, hostname: 'x'.repeat(1_000_000) },
      { ...good, timestamp: 'NaN' },
      null,
      7,
      'text',
      [],
      [[good]],
    ];
    for (const each of garbage) await stage.tell(each);
    await stage.tell(Buffer.from('{"no JSON'));
    for (const clock of [-1, 1e300, 'x']) await stage.tell([{ ...good, uuid: `clock ${clock}`, clock }]);
    await stage.tell({ ...good, utcoffset: 1e9 }, 'task.received');
    await until(() => state.task('good') !== undefined, 'the good one came');
    expect(receiver.ignored).toBe(garbage.length - 1 + 1);
    expect(clocks).toEqual([0, 0, 0, 7]);
    expect(
      state
        .tasksByTime()
        .map(({ uuid: id }) => id)
        .sort(),
    ).toEqual(['clock -1', 'clock 1e+300', 'clock x', 'good']);
  });
});

describe('a receiver', { timeout: 60_000 }, () => {
  test('lives on when a handler throws', async () => {
    const stage = monitorStage(`memory://${uuid()}`);
    let calls = 0;
    const onEvent = (): never => {
      calls++;
      throw new Error('no good');
    };
    await receive(stage, { handlers: { '*': onEvent } });
    await stage.startWorker({ heartbeatIntervalMs: 50 });
    await until(() => calls >= 3, 'it is called again');
    expect(
      stage.lines.filter(({ message }) => /^A handler of the event worker-\w+ failed: no good$/.test(message)).length,
    ).toBe(calls);
  });

  test('says so where the broker carries no events', async () => {
    const plugin = {
      ...memory,
      create: (...args: Parameters<typeof memory.create>) => {
        const transport = memory.create(...args);
        const capabilities = { ...transport.capabilities, eventExchange: 'none' as const };
        return new Proxy(transport, {
          get: (target, name) => {
            if (name === 'capabilities') return capabilities;
            const value = Reflect.get(target, name, target);
            return typeof value === 'function' ? value.bind(target) : value;
          },
        });
      },
    };
    const stage = monitorStage(`memory://${uuid()}`, { brokerTransport: plugin });
    await expect(new EventReceiver(stage.app).start(never)).rejects.toMatchObject({ code: 'CLR_EVENTS_UNAVAILABLE' });
  });

  test('asks a broker that refuses for long less and less often, one try at a time, and stops at once', async () => {
    const clock = new FakeClock();
    const tries: number[] = [];
    let refuses = false;
    let lose: ((error: Error) => void) | undefined;
    const consume = (original: Transport['consume']): Transport['consume'] => {
      return async (options) => {
        tries.push(clock.monotonic());
        lose = options.onLost;
        if (refuses) throw new ChannelError('memory://', 'not now');
        return original(options);
      };
    };
    const plugin = {
      ...memory,
      create: (...args: Parameters<typeof memory.create>) => {
        const transport = memory.create(...args);
        return new Proxy(transport, {
          get: (target, name) => {
            const value = Reflect.get(target, name, target);
            if (name === 'consume') return consume(value.bind(target));
            return typeof value === 'function' ? value.bind(target) : value;
          },
        });
      },
    };
    const stage = monitorStage(`memory://${uuid()}`, { brokerTransport: plugin, clock });
    const receiver = await receive(stage);
    const told = (text: string): number => stage.lines.filter(({ message }) => message.startsWith(text)).length;
    tries.length = 0;
    refuses = true;
    const lost = lose!;
    for (const why of ['once', 'and once more']) lost(new ChannelError('memory://', why));
    await clock.advance(3_600_000);
    expect(tries.slice(0, 7).map(Math.round)).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 62_000]);
    expect(tries.length).toBe(6 + Math.floor((3_600_000 - 32_000) / 30_000));
    refuses = false;
    await clock.advance(30_000);
    expect(told('Receiving events again')).toBe(1);
    expect(told('Receiving events was interrupted')).toBe(tries.length);
    refuses = true;
    lose!(new ChannelError('memory://', 'again'));
    await clock.advance(0);
    await receiver.stop(1000);
    expect(clock.pending).toBe(0);
  });

  test('receives again when the broker was away', async (context) => {
    const server = await usePrivateService('redis');
    if (server.skipped !== undefined) return context.skip(server.skipped);
    onTestFinished(() => server.stop());
    const stage = monitorStage(server.url);
    let count = 0;
    await receive(stage, { handlers: { '*': () => count++ } });
    await stage.startWorker({ heartbeatIntervalMs: 100 });
    await until(() => count > 2, 'heartbeats');
    await server.kill();
    await until(
      () => stage.lines.some(({ message }) => message.startsWith('Receiving events was interrupted')),
      'a loss',
    );
    await server.restart();
    await until(() => stage.lines.some(({ message }) => message === 'Receiving events again'), 'the end of it', 30_000);
    const before = count;
    await until(() => count > before + 2, 'heartbeats again', 30_000);
  });
});
