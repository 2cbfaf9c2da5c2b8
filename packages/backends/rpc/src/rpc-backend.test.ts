import type { Logger, ResultMeta } from '@celeriac/protocol';
import { silentLogger, uuid } from '@celeriac/protocol';
import { useService } from '@celeriac/tooling/services';
import type { Topology, Transport } from '@celeriac/transport';
import { amqpTransport } from '@celeriac/transport-amqp';
import { MemoryBroker, memoryTransport } from '@celeriac/transport-memory';
import { describe, expect, it } from 'vitest';
import { backendOver } from './echoing-backend.fixture.ts';
import { backend as plugin } from './rpc-backend-plugin.ts';

const rabbitmq = await useService('rabbitmq');

function meta(id: string, result: unknown = id): ResultMeta {
  return { status: 'SUCCESS', result, traceback: null, children: [], date_done: null, task_id: id };
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`Not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('rpc results', () => {
  it("declares Celery's reply queue, and removes nothing of others", async () => {
    const declared: Topology[] = [];
    const spying = (): Transport => {
      const transport = memoryTransport();
      const declare = transport.declare.bind(transport);
      transport.declare = (topology) => {
        declared.push(topology);
        return declare(topology);
      };
      return transport;
    };
    const backend = backendOver({ transport: spying, replyTo: 'oid-1', resultExpiresMs: 86_400_000 });
    await backend.connect();
    const arguments_ = { 'x-expires': 86_400_000 };
    expect(declared).toEqual([
      { queues: [{ name: 'oid-1', durable: false, autoDelete: true, arguments: arguments_ }] },
    ]);
    await backend.close();
  });

  it('sends nothing without a reply queue, and to the caller alone with one', async () => {
    const broker = new MemoryBroker();
    const transport = (): Transport => memoryTransport({ broker });
    const [caller, other, worker] = [0, 1, 2].map(() => backendOver({ transport }));
    const mine = backendOver({ transport, replyTo: 'mine' });
    for (const one of [caller!, other!, worker!, mine]) await one.connect();
    const report = await worker!.store([
      { meta: meta('a') },
      { meta: meta('b'), replyTo: '' },
      { meta: meta('c'), replyTo: 'mine' },
    ]);
    expect(report.outcomes).toEqual(['stored', 'stored', 'stored']);
    expect((await mine.load(['a', 'b', 'c'])).map((one) => one?.result)).toEqual([undefined, undefined, 'c']);
    expect(await other!.load(['c'])).toEqual([undefined]);
    for (const one of [caller!, other!, worker!, mine]) await one.close();
  });

  it('warns of a reply queue that cannot be, and keeps on', async () => {
    const warnings: string[] = [];
    const logger: Logger = { ...silentLogger, warning: (text: string) => void warnings.push(text) };
    const worker = backendOver({ transport: () => memoryTransport(), logger });
    await worker.connect();
    const report = await worker.store([{ meta: meta('a'), replyTo: 'x'.repeat(300) }]);
    expect(report.outcomes).toEqual(['stored']);
    expect(warnings).toHaveLength(1);
    await worker.close();
  });

  it('needs the broker of an application', () => {
    const context = { logger: silentLogger, options: {} } as Parameters<typeof plugin.create>[1];
    expect(() => plugin.create('rpc://', context)).toThrowError(expect.objectContaining({ code: 'CLR_CONFIGURATION' }));
  });
});

describe.skipIf(rabbitmq.skipped)('rpc results over RabbitMQ', () => {
  const url = rabbitmq.skipped === undefined ? rabbitmq.url : '';
  const transport = (): Transport => amqpTransport({ url });

  it('D9: 2,000 replies to a caller that has gone trouble nobody', async () => {
    const [caller, worker] = [backendOver({ transport, replyTo: `gone-${uuid()}` }), backendOver({ transport })];
    await caller.connect();
    await worker.connect();
    await caller.close();
    const requests = Array.from({ length: 2000 }, (_, index) => ({
      meta: meta(`t${index}`),
      replyTo: `gone-${uuid()}`,
    }));
    const { outcomes } = await worker.store(requests);
    expect(new Set(outcomes)).toEqual(new Set(['stored']));
    expect((await worker.store([{ meta: meta('after'), replyTo: 'nobody' }])).outcomes).toEqual(['stored']);
    await worker.close();
  });

  it('tells a caller of 3,000 results once each', async () => {
    const replyTo = `many-${uuid()}`;
    const [caller, worker] = [backendOver({ transport, replyTo }), backendOver({ transport })];
    await caller.connect();
    await worker.connect();
    const reported: string[] = [];
    const watch = caller.watch((metas) => void reported.push(...metas.map(({ task_id: id }) => id)));
    const ids = Array.from({ length: 3000 }, (_, index) => `m${index}`);
    watch.add(ids);
    for (let at = 0; at < ids.length; at += 500) {
      await worker.store(ids.slice(at, at + 500).map((id) => ({ meta: meta(id), replyTo })));
    }
    await until('all are reported', () => reported.length >= ids.length);
    expect(reported.sort()).toEqual(ids.sort());
    await watch.close();
    await worker.close();
    await caller.close();
  });

  it('reads a new reply queue when the old one was deleted', async () => {
    const replyTo = `deleted-${uuid()}`;
    const caller = backendOver({ transport, replyTo, resultExpiresMs: 60_000 });
    await caller.connect();
    const other = transport();
    await other.connect();
    await other.remove(replyTo);
    const worker = backendOver({ transport });
    await worker.connect();
    await until('a reply arrives', async () => {
      const id = uuid();
      await worker.store([{ meta: meta(id), replyTo }]);
      return (await caller.load([id]))[0] !== undefined;
    });
    await other.close();
    await worker.close();
    await caller.close();
    expect(await caller.load([]).catch(() => [])).toEqual([]);
  });
});
