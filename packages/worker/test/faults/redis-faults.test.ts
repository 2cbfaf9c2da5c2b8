import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { CONCURRENCY, durableServer, FaultRig, IN_FLIGHT, LONG, tell } from './fault-rig.ts';

const server = await durableServer('redis');

describe.skipIf(server.skipped !== undefined)('a worker on a Redis server that', () => {
  if (server.skipped !== undefined) return;
  afterAll(() => server.stop());
  const texts = (rig: FaultRig): string =>
    rig.errors.map((error) => `${error.message} ${String(error.cause)}`).join('\n');

  test('B6: closes all connections, again and again, goes on each time', { timeout: 120_000 }, async () => {
    const rig = await FaultRig.open(server);
    const rounds = LONG ? 20 : 3;
    const stop = rig.keepSending(30);
    for (let round = 0; round < rounds; round++) {
      await rig.resumed(5);
      await rig.fault(async () => {
        for (const type of ['normal', 'pubsub']) await server.exec('CLIENT', 'KILL', 'TYPE', type);
      });
      await rig.resumed(1, 10_000);
    }
    await stop();
    const report = await rig.report();
    tell('B6', 'redis', report);
    expect(report.lost).toEqual([]);
    expect(report.resumeMs).toBeLessThan(5000);
    expect(report.duplicates).toBeLessThanOrEqual((CONCURRENCY + IN_FLIGHT) * rounds);
  });

  test('B7: becomes a replica and a master again is waited for; who sends is told READONLY', {
    timeout: 60_000,
  }, async () => {
    const rig = await FaultRig.open(server);
    const stop = rig.keepSending(30);
    await rig.resumed(10);
    await rig.fault(async () => {
      await server.exec('REPLICAOF', '127.0.0.1', '1');
      await pause(1500);
      await server.exec('REPLICAOF', 'NO', 'ONE');
    });
    await rig.resumed(10);
    await stop();
    const report = await rig.report();
    tell('B7', 'redis', report);
    expect(texts(rig)).toMatch(/READONLY/);
    expect(report.lost).toEqual([]);
    expect(report.resumeMs).toBeLessThan(5000);
  });

  test('B8: runs out of memory refuses sends by name, and is emptied by the worker', { timeout: 60_000 }, async () => {
    const rig = await FaultRig.open(server);
    await rig.send(40, 100);
    try {
      await server.exec('CONFIG', 'SET', 'maxmemory', '1mb');
      await expect(rig.producer.sendTask('fault.mark', ['too much', 0])).rejects.toThrow(/OOM/);
      const report = await rig.report();
      tell('B8', 'redis', { ...report, resumeMs: 0 });
      expect(report).toMatchObject({ accepted: 40, lost: [], duplicates: 0 });
    } finally {
      await server.exec('CONFIG', 'SET', 'maxmemory', '0');
    }
    await rig.send(5);
    expect((await rig.report()).lost).toEqual([]);
  });

  test('B9: is emptied goes on with what comes, and says that acknowledgements hit nothing', {
    timeout: 60_000,
  }, async () => {
    const rig = await FaultRig.open(server);
    // Both run while the server is emptied.
    const [running] = [rig.send(2, 1500)];
    await running;
    await rig.until(() => rig.worker.stats().active === 2, 'they run');
    await rig.fault(async () => void (await server.exec('FLUSHALL')));
    await rig.send(10);
    await rig.until(() => rig.ended === 12, 'new tasks flow, and the running ones end', 10_000);
    const report = await rig.report();
    tell('B9', 'redis', report);
    expect(report.resumeMs).toBeLessThan(5000);
    expect(rig.lines.filter((line) => /lease/i.test(line))).not.toEqual([]);
    expect(rig.lines.filter((line) => line.startsWith('error') && !/lease/i.test(line))).toEqual([]);
  });

  test('B10: cannot save its data names MISCONF to senders, and is waited for', { timeout: 60_000 }, async () => {
    const rig = await FaultRig.open(server);
    const [, folder = ''] = (await server.exec('CONFIG', 'GET', 'dir')).trim().split('\n');
    const gone = await mkdtemp(join(tmpdir(), 'celeriac-gone-'));
    const stop = rig.keepSending(30);
    await rig.resumed(10);
    await rig.fault(async () => {
      await server.exec('CONFIG', 'SET', 'save', '3600 1');
      await server.exec('CONFIG', 'SET', 'dir', gone);
      await rm(gone, { recursive: true });
      await server.exec('BGSAVE').catch(() => {});
      await rig.until(() => /MISCONF/.test(texts(rig)), 'senders are told', 10_000);
      await server.exec('CONFIG', 'SET', 'dir', folder);
      await server.exec('CONFIG', 'SET', 'stop-writes-on-bgsave-error', 'no');
      await server.exec('CONFIG', 'SET', 'save', '');
    });
    await rig.resumed(10);
    await stop();
    const report = await rig.report();
    tell('B10 MISCONF', 'redis', report);
    expect(report.lost).toEqual([]);
  });

  test('B10: refuses the password ends the start at once, without another try', async () => {
    const rig = await FaultRig.open(server);
    await rig.worker.stop(0);
    await server.exec('ACL', 'SETUSER', 'default', 'resetpass', '>secret');
    try {
      const startedAt = performance.now();
      await expect(rig.worker.start(AbortSignal.timeout(10_000))).rejects.toMatchObject({
        code: 'CLR_REDIS_ACCESS',
        reply: 'NOAUTH',
      });
      expect(performance.now() - startedAt).toBeLessThan(5000);
    } finally {
      await server.exec('-a', 'secret', '--no-auth-warning', 'ACL', 'SETUSER', 'default', 'nopass');
    }
  });

  test('B10: loads its data is waited for, and loses nothing', { timeout: 60_000 }, async () => {
    const rig = await FaultRig.open(server);
    const stop = rig.keepSending(30);
    await rig.resumed(10);
    await server.exec('EVAL', "for i = 1, 2000 do redis.call('SET', 'filler' .. i, 'x') end", '0');
    await rig.fault(async () => {
      await server.exec('CONFIG', 'SET', 'key-load-delay', '500');
      await server.exec('CONFIG', 'SET', 'loading-process-events-interval-bytes', '1024');
      await server.exec('DEBUG', 'RELOAD').catch(() => {});
      await server.exec('CONFIG', 'SET', 'key-load-delay', '0');
    });
    await rig.resumed(10);
    await stop();
    const report = await rig.report();
    tell('B10 LOADING', 'redis', report);
    expect(report.lost).toEqual([]);
    expect(report.threw === 0 || /LOADING|lost|answer/.test(texts(rig))).toBe(true);
  });
});
