import { fork } from 'node:child_process';
import { once } from 'node:events';
import { systemClock } from '@celeriac/protocol';
import { TcpFaultProxy } from '@celeriac/testkit';
import { usePrivateService } from '@celeriac/tooling/services';
import { ConnectionGuard } from '@celeriac/transport';
import { Redis } from 'ioredis';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { recordingLogger } from './recording-logger.fixture.ts';
import { redisTransport } from './redis-transport.ts';
import { Arrivals, eventually, textMessage, textMessages } from './text-messages.fixture.ts';

const server = await usePrivateService('redis');

describe.skipIf(server.skipped !== undefined)('a server that fails', () => {
  const url = server.skipped === undefined ? server.url : '';
  const { port } = new URL(url || 'redis://127.0.0.1:1');
  afterAll(() => (server.skipped === undefined ? server.stop() : undefined));
  beforeEach(async () => {
    if (server.skipped === undefined) await server.exec('FLUSHALL');
  });
  const exec = (...args: string[]): Promise<string> =>
    server.skipped === undefined ? server.exec(...args) : Promise.reject(new Error(server.skipped));
  const options = { leaseMs: 900 };

  /** A consumer that comes back whenever its connection is lost, and acknowledges everything. */
  async function worker(seen: string[]) {
    const { logger, entries } = recordingLogger();
    const guard = new ConnectionGuard({
      endpoints: [{ url, create: () => redisTransport({ url, options, logger }) }],
      policy: { intervalStartMs: 100, intervalStepMs: 100, intervalMaxMs: 500 },
      clock: systemClock,
      logger,
    });
    let ended = false;
    const run = async (): Promise<void> => {
      while (!ended) {
        const transport = await guard.acquire();
        const lost = Promise.withResolvers<Error>();
        // A send may find out first; then the guard closes the connection, and the consumer has nothing to tell.
        const forget = guard.onLost(lost.resolve);
        await transport
          .consume({
            queues: ['work'],
            prefetch: 20,
            onDeliveries: (came) => {
              for (const one of came) {
                seen.push(Buffer.from(one.message.body).toString());
                one.settle('ack').catch(() => {});
              }
            },
            onLost: lost.resolve,
          })
          .catch(lost.resolve);
        guard.lost(transport, await lost.promise);
        forget();
      }
    };
    await guard.start(new AbortController().signal);
    run().catch(() => {});
    return {
      guard,
      entries,
      [Symbol.asyncDispose]: async () => {
        ended = true;
        await guard.stop(2000);
      },
    };
  }

  async function idle(): Promise<void> {
    await eventually('somebody waits', 3000, async () => /flags=\S*t/.test(await exec('CLIENT', 'LIST')));
  }

  test('B6: consumers whose connections are killed come back within 2 s, each time', async () => {
    const seen: string[] = [];
    await using one = await worker(seen);
    for (let round = 0; round < 5; round++) {
      await idle();
      await exec('CLIENT', 'KILL', 'TYPE', round % 2 === 0 ? 'normal' : 'pubsub');
      await exec('LPUSH', 'work', envelope(`round-${round}`));
      await eventually('it arrives', 2000, () => seen.includes(`round-${round}`));
    }
    expect(one.entries.length).toBeGreaterThan(0);
  });

  test('B7: a server that becomes a replica is named, and served again within 2 s after it is a master', async () => {
    const seen: string[] = [];
    await using _one = await worker(seen);
    await idle();
    const producer = redisTransport({ url });
    await producer.connect();
    await exec('REPLICAOF', '127.0.0.1', '1');
    await expect(producer.publish(textMessages('work', 1))).rejects.toThrow(/READONLY/);
    await exec('REPLICAOF', 'NO', 'ONE');
    await exec('LPUSH', 'work', envelope('again'));
    await eventually('it arrives', 2000, () => seen.includes('again'));
    await producer.close();
  });

  test('B8: a server without memory refuses by name, and is emptied by its consumers', async () => {
    const seen: string[] = [];
    const producer = redisTransport({ url });
    await producer.connect();
    await producer.publish(textMessages('work', 30));
    await exec('CONFIG', 'SET', 'maxmemory', '1mb');
    try {
      const [outcome] = await producer.publish([textMessage('work', 'too much')]);
      expect(outcome).toMatchObject({
        code: 'CLR_CHANNEL',
        message: expect.stringMatching(/OOM/),
        hint: expect.anything(),
      });
      const both = await producer.publish([textMessage('work', 'more', 0), textMessage('work', 'more', 9)]);
      expect(both.map((one) => one?.message.includes('OOM'))).toEqual([true, true]);
      await using _one = await worker(seen);
      await eventually('the queue is emptied', 3000, () => seen.length === 30);
      await eventually('all is settled', 3000, async () => (await exec('EXISTS', 'unacked')) === '0');
    } finally {
      await exec('CONFIG', 'SET', 'maxmemory', '0');
    }
    expect(await producer.publish([textMessage('work', 'fits')])).toEqual([undefined]);
    await producer.close();
  });

  test('B9: an emptied server is served on, bindings come back, and what was held is known to be lost', async () => {
    const transport = redisTransport({ url, options: { leaseMs: 900, sweepMs: 200 } });
    await transport.connect();
    const topology = {
      exchanges: [{ name: 'media', type: 'topic' as const }],
      queues: [{ name: 'work' }],
      bindings: [{ exchange: 'media', queue: 'work', routingKey: 'a.*' }],
    };
    await transport.declare(topology);
    await transport.publish(textMessages('work', 1, 'held'));
    const arrivals = await Arrivals.of(transport, ['work'], { prefetch: 3 });
    await eventually('it arrives', 2000, () => arrivals.deliveries.length === 1);
    await exec('FLUSHALL');
    expect(await arrivals.deliveries[0]!.settle('ack')).toBe(false);
    await eventually('the binding is back', 2000, async () => (await exec('EXISTS', '_kombu.binding.media')) === '1');
    await transport.publish([{ ...textMessage('', 'flows'), exchange: 'media', routingKey: 'a.b' }]);
    await eventually('tasks flow', 2000, () => arrivals.texts.includes('flows'));
    await transport.close();
  });

  test('B10: a password that is missing or wrong, and a user who may not do enough, are refused for good', async () => {
    await exec('ACL', 'SETUSER', 'nobody', 'on', '>secret', '~*', '+ping');
    await exec('ACL', 'SETUSER', 'worker', 'on', '>p@ss/word', '~*', '&*', '+@all');
    const at = (user: string): string => `redis://${user}@127.0.0.1:${port}/0`;
    await expect(redisTransport({ url: at('worker:wrong') }).connect()).rejects.toMatchObject({
      code: 'CLR_REDIS_ACCESS',
      reply: 'WRONGPASS',
      message: expect.not.stringContaining('wrong@'),
    });
    const poor = redisTransport({ url: at('nobody:secret') });
    await poor.connect();
    const [outcome] = await poor.publish(textMessages('work', 1));
    expect(outcome).toMatchObject({ code: 'CLR_REDIS_ACCESS', reply: 'NOPERM' });
    await poor.close();

    const good = redisTransport({ url: at(`worker:${encodeURIComponent('p@ss/word')}`) });
    await good.connect();
    expect(await good.publish(textMessages('work', 1))).toEqual([undefined]);
    await good.close();
    await exec('CONFIG', 'SET', 'requirepass', 'hidden');
    await expect(redisTransport({ url }).connect()).rejects.toMatchObject({
      code: 'CLR_REDIS_ACCESS',
      reply: 'NOAUTH',
    });
    const admin = new Redis(url, { password: 'hidden' });
    await admin.config('SET', 'requirepass', '');
    admin.disconnect();
  });

  test("B10: a server that runs somebody's long script is waited for", async () => {
    const seen: string[] = [];
    await using one = await worker(seen);
    await idle();
    await exec('CONFIG', 'SET', 'busy-reply-threshold', '50');
    const busy = new Redis(url);
    const ended = busy.eval('while true do end', 0).catch((error: Error) => error.message);
    await eventually('the server is busy', 2000, async () => /BUSY/.test(await exec('PING').catch(String)));
    const producer = redisTransport({ url });
    await expect(producer.connect()).rejects.toMatchObject({
      code: 'CLR_CONNECTION_LOST',
      message: expect.stringMatching(/BUSY/),
    });
    await exec('SCRIPT', 'KILL');
    expect(await ended).toMatch(/killed/i);
    busy.disconnect();
    await exec('LPUSH', 'work', envelope('after'));
    await eventually('it arrives', 2000, () => seen.includes('after'));
    expect(one.guard).toBeDefined();
  });

  test('a database that does not exist is refused, not replaced by another one', async () => {
    const transport = redisTransport({ url: url.replace(/\/0$/, '/99') });
    await expect(transport.connect()).rejects.toThrow(/DB index/);
  });

  test('a policy that evicts messages is warned of', async () => {
    await exec('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    const { logger, entries } = recordingLogger();
    const transport = redisTransport({ url, logger });
    await transport.connect();
    expect(await transport.warnings?.()).toEqual([
      { problem: expect.stringContaining('allkeys-lru'), hint: expect.stringContaining('noeviction') },
    ]);
    await exec('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    expect(await transport.warnings?.()).toEqual([]);
    await transport.close();
    const warnings = entries.filter(({ level }) => level === 'warning');
    expect(warnings.map(({ fields }) => fields?.['policy'])).toEqual(['allkeys-lru']);
  });

  test('B1: what was accepted before the server was killed is there when it is back, and is consumed within 2 s', async () => {
    if (server.skipped !== undefined) return;
    const seen: string[] = [];
    await using one = await worker(seen);
    await idle();
    const sent: string[] = [];
    for (let index = 0; index < 200; index++) {
      const text = `task-${index}`;
      if (index === 100) void server.kill('SIGKILL').then(() => server.restart());
      const outcome = one.guard.run((transport) => transport.publish([textMessage('work', text)]), {
        retry: (_error, retries) => (retries < 60 ? 100 : undefined),
        timeoutMs: 4000,
      });
      await outcome.then(
        () => sent.push(text),
        () => {},
      );
    }
    await eventually('all that was accepted came', 5000, () => sent.every((text) => seen.includes(text)));
    expect(sent.length).toBeGreaterThan(150);
  });

  test('B2: a server that stands still is waited for, and served again at once', async () => {
    if (server.skipped !== undefined) return;
    const seen: string[] = [];
    await using _one = await worker(seen);
    await idle();
    const producer = redisTransport({ url, options: { socket_timeout: 0.5 } });
    await producer.connect();
    await server.kill('SIGSTOP');
    const startedAt = performance.now();
    await expect(producer.publish(textMessages('work', 1))).rejects.toMatchObject({ code: 'CLR_CONNECTION_LOST' });
    expect(performance.now() - startedAt).toBeLessThan(2000);
    await server.kill('SIGCONT');
    await exec('LPUSH', 'work', envelope('thawed'));
    await eventually('it arrives', 1000, () => seen.includes('thawed'));
    await producer.close();
  });

  test('B3: a connection that died in silence is found out by an idle consumer', async () => {
    const faults = await TcpFaultProxy.open({ host: '127.0.0.1', port: Number(port) });
    const patience = { health_check_interval: 0.3, socket_timeout: 0.5 };
    const transport = redisTransport({ url: `redis://${faults.host}:${faults.port}`, options: patience });
    await transport.connect();
    const arrivals = await Arrivals.of(transport, ['work']);
    await idle();
    faults.drop();
    await eventually('the consumer ends', 3000, () => arrivals.losses.length === 1);
    expect(arrivals.losses[0]).toMatchObject({ code: 'CLR_CONNECTION_LOST' });
    const closedAt = performance.now();
    await transport.close();
    expect(performance.now() - closedAt).toBeLessThan(4000);
    await faults.close();
  });

  test('A1: what a killed process held comes back within lease and sweep, redelivered and counted', async () => {
    const transport = redisTransport({ url, options });
    await transport.connect();
    await transport.publish(textMessages('work', 20));
    const child = fork(new URL('./holding-child.fixture.ts', import.meta.url), [url], {
      execArgv: ['--conditions=@celeriac/source'],
    });
    const [held] = (await once(child, 'message')) as [readonly string[]];
    expect(await transport.size('work')).toBe(8);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const killedAt = performance.now();
    const arrivals = await Arrivals.of(transport, ['work'], { ack: true });
    await eventually('all messages came', 5000, () => arrivals.deliveries.length >= 20);
    expect(performance.now() - killedAt).toBeLessThan(900 + 300 + 500);
    const back = arrivals.deliveries.filter((delivery) => delivery.redelivered);
    expect(back.map((delivery) => Buffer.from(delivery.message.body).toString())).toEqual(held);
    expect(back.every((delivery) => delivery.deliveryCount === 2)).toBe(true);
    await eventually(
      'everything is settled',
      2000,
      async () => (await exec('EXISTS', 'unacked', 'unacked_index')) === '0',
    );
    await transport.close();
    expect(await exec('KEYS', 'celeriac.*')).toBe('');
  });

  test('B4: what a connection held that was reset comes back with the next one, long before its lease ends', async () => {
    const faults = await TcpFaultProxy.open({ host: '127.0.0.1', port: Number(port) });
    const client = redisTransport({ url: `redis://${faults.host}:${faults.port}`, options: { leaseMs: 60_000 } });
    await client.connect();
    await client.publish(textMessages('work', 5));
    const arrivals = await Arrivals.of(client, ['work'], { prefetch: 6 });
    await eventually('they arrive', 2000, () => arrivals.deliveries.length === 5);
    faults.reset();
    await eventually('the loss is known', 2000, () => arrivals.losses.length === 1);
    await client.close();
    const other = redisTransport({ url });
    await other.connect();
    const again = await Arrivals.of(other, ['work'], { prefetch: 5, ack: true });
    await eventually('they are back', 3000, () => again.deliveries.length === 5);
    expect(again.texts).toEqual(arrivals.texts);
    expect(again.deliveries.every((one) => one.redelivered && one.deliveryCount === 2)).toBe(true);
    await other.close();
    await faults.close();
    expect(await exec('KEYS', 'celeriac.*')).toBe('');
  });

  test('A7: a thread that is blocked for longer than the lease keeps its messages', async () => {
    const transport = redisTransport({ url, options });
    await transport.connect();
    await transport.publish(textMessages('work', 3));
    const arrivals = await Arrivals.of(transport, ['work'], { prefetch: 3 });
    await eventually('they arrive', 2000, () => arrivals.deliveries.length === 3);
    const before = await exec('ZRANGE', 'unacked_index', '0', '-1', 'WITHSCORES');
    await eventually(
      'the thread renews',
      5000,
      async () => before !== (await exec('ZRANGE', 'unacked_index', '0', '-1', 'WITHSCORES')),
    );
    const until = performance.now() + 3 * options.leaseMs;
    while (performance.now() < until);
    const rival = redisTransport({ url, options });
    await rival.connect();
    const others = await Arrivals.of(rival, ['work']);
    await rival.publish([textMessage('work', 'sentinel')]);
    await eventually('the rival works', 3000, () => others.deliveries.length > 0);
    expect(others.texts).toEqual(['sentinel']);
    const settled = await Promise.all(arrivals.deliveries.map((delivery) => delivery.settle('ack')));
    expect(settled).toEqual([true, true, true]);
    await Promise.all([transport.close(), rival.close()]);
  });
});

function envelope(text: string): string {
  return JSON.stringify({
    body: Buffer.from(text).toString('base64'),
    'content-type': 'text/plain',
    'content-encoding': 'utf-8',
    headers: {},
    properties: {
      body_encoding: 'base64',
      delivery_tag: text,
      delivery_info: { exchange: '', routing_key: 'work' },
    },
  });
}
