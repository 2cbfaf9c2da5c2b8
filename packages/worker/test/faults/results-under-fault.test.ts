import { setTimeout as pause } from 'node:timers/promises';
import { Celeriac } from '@celeriac/core';
import { runtimeOf } from '@celeriac/core/internal';
import { silentLogger, uuid } from '@celeriac/protocol';
import { Worker } from '@celeriac/worker';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { type BrokerKind, durableServer, LONG, type Server } from './fault-rig.ts';

interface Pairing {
  readonly name: string;
  readonly kind: BrokerKind;
  readonly backend: (url: string) => string;
}

const servers = new Map<BrokerKind, Server>();
for (const kind of ['redis', 'rabbitmq', 'postgres', 'mariadb'] as const) {
  const server = await durableServer(kind);
  if (server.skipped === undefined) servers.set(kind, server);
}
afterAll(() => Promise.all([...servers.values()].map((server) => server.stop())));

const PAIRINGS = [
  { name: 'Redis', kind: 'redis', backend: (url) => url },
  { name: 'rpc over RabbitMQ', kind: 'rabbitmq', backend: () => 'rpc://' },
  { name: 'rpc over Redis', kind: 'redis', backend: () => 'rpc://' },
  { name: 'PostgreSQL', kind: 'postgres', backend: (url) => url },
  { name: 'MariaDB', kind: 'mariadb', backend: (url) => url },
] satisfies Pairing[];

/** A worker with the tasks of these tests, and a client that sends by name. */
async function stage({ kind, backend }: Pairing) {
  const { url } = servers.get(kind)!;
  const common = {
    brokerUrl: url,
    resultBackend: backend(url),
    taskDefaultQueue: `results-${uuid()}`,
    taskAcksLate: true,
    configFile: false,
    environment: {},
    logger: silentLogger,
  } as const;
  const app = new Celeriac('results', common);
  app.task('results.slow', async (ms: number) => {
    await pause(ms);
    return ms;
  });
  app.task('results.large', (bytes: number) => 'x'.repeat(bytes));
  app.task('results.unwritable', () => ({ rows: [1, { run: () => 1 }] }));
  const worker = new Worker(app, { pool: 'async', concurrency: 8 });
  await worker.start(AbortSignal.timeout(20_000));
  const client = new Celeriac('client', common);
  onTestFinished(async () => {
    await worker.stop(0);
    await Promise.all([app.close(), client.close()]);
  });
  return { worker, client, server: servers.get(kind)! };
}

describe.each(PAIRINGS.filter(({ kind }) => servers.has(kind)))('results in $name', (pairing) => {
  test('D7: a caller that waits gets its result although the store restarts meanwhile', {
    timeout: 90_000,
  }, async () => {
    const { client, server } = await stage(pairing);
    const workMs = LONG ? 5000 : 1000;
    const early = await client.sendTask<number>('results.slow', [0]);
    expect(await early.get({ timeoutMs: 20_000 })).toBe(0);
    const results = await Promise.all(
      Array.from({ length: 8 }, () => client.sendTask<number>('results.slow', [workMs])),
    );
    const waiting = Promise.all(results.map((result) => result.get({ timeoutMs: 60_000 })));
    waiting.catch(() => {});
    await pause(workMs / 4);
    await server.kill('SIGKILL');
    await server.restart();
    expect(await waiting).toEqual(Array.from({ length: 8 }, () => workMs));
  });

  test('D8: a result that cannot be written names the path; a large one arrives, or is an error that says so', {
    timeout: 90_000,
  }, async () => {
    const { client, worker } = await stage(pairing);
    const failure = await client
      .sendTask('results.unwritable')
      .then((result) => result.get({ timeoutMs: 20_000 }))
      .catch((error: unknown) => error as Error);
    expect(failure).toMatchObject({ excType: 'EncodeError' });
    expect(String(failure)).toContain('rows[1].run');
    const bytes = LONG ? 100_000_000 : 10_000_000;
    const large = await client.sendTask<string>('results.large', [bytes]);
    const outcome = await large.get({ timeoutMs: 60_000 }).catch((error: unknown) => error as Error);
    if (typeof outcome === 'string') expect(outcome).toHaveLength(bytes);
    else expect(outcome.message).toMatch(/bytes/);
    const next = await client.sendTask<number>('results.slow', [1]);
    expect(await next.get({ timeoutMs: 20_000 })).toBe(1);
    expect(worker.stats().active).toBe(0);
  });

  test('D9: callers that have gone trouble no worker', { timeout: 90_000 }, async () => {
    const { client, worker } = await stage(pairing);
    const count = LONG ? 2000 : 200;
    const gone = new Celeriac('gone', { ...settingsOf(client), logger: silentLogger });
    await Promise.all(Array.from({ length: count }, () => gone.sendTask('results.slow', [20])));
    await gone.close();
    const result = await client.sendTask<number>('results.slow', [1]);
    expect(await result.get({ timeoutMs: 60_000 })).toBe(1);
    await worker.whenIdle();
    expect(worker.stats()).toMatchObject({ succeeded: count + 1, failed: 0, quarantined: 0 });
  });
});

function settingsOf(app: Celeriac) {
  const { brokerUrl, resultBackend, taskDefaultQueue } = runtimeOf(app).settings;
  return { brokerUrl, resultBackend, taskDefaultQueue, configFile: false, environment: {} } as const;
}
