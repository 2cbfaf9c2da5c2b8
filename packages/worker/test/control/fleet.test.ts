import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Celeriac } from '@celeriac/core';
import { usePrivateService, useService } from '@celeriac/tooling/services';
import { Worker } from '@celeriac/worker';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lightNodes } from './light-nodes.ts';

const LONG = process.env['CELERIAC_LONG'] === '1';
const nodesMain = fileURLToPath(new URL('nodes-main.ts', import.meta.url));
const [redis, rabbitmq] = await Promise.all([usePrivateService('redis'), useService('rabbitmq')]);

function newApp(brokerUrl: string, lines: string[] = [], controlExchange = 'celery'): Celeriac {
  const note = (message: string): void => void lines.push(message);
  const logger = { debug: () => {}, info: () => {}, warning: note, error: note, isEnabled: () => true };
  const app = new Celeriac('fleet', { brokerUrl, controlExchange, logger, configFile: false, environment: {} });
  onTestFinished(() => app.close());
  return app;
}

/** Nodes in another process. */
async function otherNodes(
  brokerUrl: string,
  exchange: string,
  names: readonly string[],
): Promise<(how: NodeJS.Signals) => void> {
  const child = fork(nodesMain, [brokerUrl, exchange, ...names], { execArgv: ['--conditions=@celeriac/source'] });
  onTestFinished(async () => {
    child.kill('SIGCONT');
    child.disconnect();
    if (child.exitCode === null) await once(child, 'exit');
  });
  expect(await once(child, 'message')).toEqual(['ready', undefined]);
  return (signal) => void child.kill(signal);
}

async function fiftyNodes(brokerUrl: string): Promise<void> {
  const lines: string[] = [];
  const exchange = `fleet${process.pid}`;
  const name = (index: number): string => `n${index}@host${index}`;
  const app = newApp(brokerUrl, lines, exchange);
  const own = await lightNodes(
    app,
    Array.from({ length: 45 }, (_, index) => name(index)),
  );
  onTestFinished(() => own.stop());
  const tell = await otherNodes(
    brokerUrl,
    exchange,
    Array.from({ length: 5 }, (_, index) => name(45 + index)),
  );
  const caller = newApp(brokerUrl, lines, exchange);

  const all = await caller.control.inspect({ timeoutMs: 30_000, limit: 50 }).ping();
  expect(all.size).toBe(50);
  tell('SIGSTOP');
  for (const ask of LONG ? (['ping', 'stats'] as const) : (['stats'] as const)) {
    const answers = await caller.control.inspect({ timeoutMs: LONG ? 1000 : 2000 })[ask]();
    expect([ask, answers.size, answers.has(name(44)), answers.has(name(45))]).toEqual([ask, 45, true, false]);
  }
  // What the stopped ones still have to say belongs to no question any more.
  tell('SIGCONT');
  const again = await caller.control.inspect({ timeoutMs: 30_000, limit: 50 }).ping();
  expect([again.size, [...again.values()].every((answer) => 'ok' in answer && answer.ok === 'pong')]).toEqual([
    50,
    true,
  ]);
  expect(lines).toEqual([]);
}

describe.skipIf(redis.skipped !== undefined)('on Redis', () => {
  const url = redis.skipped === undefined ? redis.url : '';
  const exec = (...words: string[]): Promise<string> =>
    redis.skipped === undefined ? redis.exec(...words) : Promise.reject(new Error(redis.skipped));

  test('E1: of 50 nodes those 45 answer that are not stopped; late replies are dropped, no queue of replies is left', {
    timeout: 120_000,
  }, async () => {
    await fiftyNodes(url);
    const caller = newApp(url, [], 'leak');
    const own = await lightNodes(caller, ['one@host']);
    expect(await caller.control.ping({ timeoutMs: 30_000, limit: 1 })).toHaveLength(1);
    await own.stop();
    await caller.close();
    const keys = (await exec('KEYS', '*leak*')).split('\n').filter((key) => key.trim() !== '');
    expect(keys.filter((key) => !key.startsWith('_kombu.binding.'))).toEqual([]);
    for (const key of keys)
      expect([key, (await exec('TYPE', key)).trim() === 'set' ? await exec('SCARD', key) : '0']).toEqual([key, '0']);
  });

  test(`B6: after every of ${LONG ? 20 : 3} lost connections the worker hears again`, {
    timeout: 300_000,
  }, async () => {
    const app = newApp(url, [], 'killed');
    app.task('fleet.add', (x: number, y: number) => x + y);
    const worker = new Worker(app, { pool: 'async', hostname: 'w1@host1', concurrency: 2 });
    onTestFinished(() => worker.stop(1000));
    await worker.start(AbortSignal.timeout(20_000));
    const caller = newApp(url, [], 'killed');
    const waits: number[] = [];
    for (let round = 0; round < (LONG ? 20 : 3); round++) {
      await exec('CLIENT', 'KILL', 'TYPE', round % 2 === 0 ? 'normal' : 'pubsub');
      const startedMs = performance.now();
      let answered = false;
      while (!answered && performance.now() - startedMs < 30_000) {
        const replies = await caller.control.ping({ timeoutMs: 500, limit: 1 }).catch(() => []);
        answered = replies.length === 1;
      }
      waits.push(Math.round(performance.now() - startedMs));
      expect([round, answered]).toEqual([round, true]);
    }
    console.info(`B6: ping answered after ${waits.join(', ')} ms`);
    // The caller's own connections are killed too, and it asks twice a second: two seconds of the worker's, and these.
    if (LONG) expect(Math.max(...waits)).toBeLessThan(5000);
  });
});

describe.skipIf(rabbitmq.skipped !== undefined)('on RabbitMQ', () => {
  test('E1: of 50 nodes those 45 answer that are not stopped', { timeout: 120_000 }, async () => {
    await fiftyNodes(rabbitmq.skipped === undefined ? rabbitmq.url : '');
  });

  test('a second worker of the same name says so, and hears when the first one is gone', {
    timeout: 60_000,
  }, async () => {
    const url = rabbitmq.skipped === undefined ? rabbitmq.url : '';
    const exchange = `twins${process.pid}`;
    const first = await lightNodes(newApp(url, [], exchange), ['twin@host']);
    const lines: string[] = [];
    const second = await lightNodes(newApp(url, lines, exchange), ['twin@host']);
    onTestFinished(() => second.stop());
    expect(lines).toEqual([expect.stringMatching(/not heard yet.*Give each worker a name of its own/)]);
    await first.stop();
    const caller = newApp(url, [], exchange);
    await expect.poll(() => caller.control.ping({ timeoutMs: 1000, limit: 1 }), { timeout: 30_000 }).toHaveLength(1);
  });
});
