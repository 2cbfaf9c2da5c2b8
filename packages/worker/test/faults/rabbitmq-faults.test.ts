import { setTimeout as pause } from 'node:timers/promises';
import { connect } from 'amqplib';
import { afterAll, describe, expect, test } from 'vitest';
import { CONCURRENCY, durableServer, FaultRig, IN_FLIGHT, LONG, tell } from './fault-rig.ts';

const MEMORY = 'set_vm_memory_high_watermark';

const server = await durableServer('rabbitmq');

describe.skipIf(server.skipped !== undefined)('a worker on RabbitMQ', () => {
  if (server.skipped !== undefined) return;
  afterAll(() => server.stop());

  test('B11: that is short of memory: sends wait and fail by name, what is there is worked off, then it flows again', {
    timeout: 60_000,
  }, async () => {
    const rig = await FaultRig.open(server, { transportOptions: LONG ? {} : { blockedTimeoutMs: 1000 } });
    await rig.send(24, 250);
    const stop = rig.keepSending(50);
    await rig.fault(async () => {
      try {
        await server.exec(MEMORY, '0.00001');
        await rig.until(() => rig.errors.length > 0, 'senders are told', 20_000);
        await rig.until(() => rig.ended >= 24, 'what is there is worked off', 20_000);
        if (LONG) await pause(20_000);
      } finally {
        await server.exec(MEMORY, '0.4');
      }
    });
    await rig.resumed(10);
    await stop();
    const report = await rig.report();
    tell('B11', 'rabbitmq', report);
    expect(report.lost).toEqual([]);
    expect(report.duplicates).toBe(0);
    expect(report.resumeMs).toBeLessThan(5000);
    for (const error of rig.errors) {
      expect(error).toMatchObject({ code: 'CLR_CHANNEL', message: expect.stringContaining('memory') });
    }
    expect(rig.lines.filter((line) => line.includes('The broker blocks publishers'))).not.toEqual([]);
    expect(rig.lines.filter((line) => line.includes('was lost'))).toEqual([]);
  });

  test('B12: whose queue exists with other arguments does not start, and is told which', async () => {
    const rig = await FaultRig.open(server);
    await rig.worker.stop(0);
    const connection = await connect(server.url);
    const channel = await connection.createChannel();
    await channel.deleteQueue(rig.queue);
    await channel.assertQueue(rig.queue, { arguments: { 'x-max-priority': 5 } });
    await connection.close();
    const error = await rig.worker.start(AbortSignal.timeout(10_000)).catch((reason: unknown) => reason as Error);
    expect(error).toMatchObject({ code: 'CLR_CHANNEL' });
    expect(String(error)).toContain(rig.queue);
    expect(String(error)).toContain('x-max-priority');
  });

  test('B13: whose queue is deleted declares it again, and reads on', { timeout: 60_000 }, async () => {
    const rig = await FaultRig.open(server);
    await rig.send(5);
    await rig.until(() => rig.ended === 5, 'they ran');
    const readBy = async (count: number): Promise<boolean> =>
      (await server.exec('list_queues', 'name', 'consumers')).includes(`${rig.queue}\t${count}`);
    expect(await readBy(1)).toBe(true);
    const startedAt = performance.now();
    await rig.fault(async () => void (await server.exec('delete_queue', rig.queue)));
    await rig.until(() => readBy(1), 'it is read again', 20_000);
    // The commands themselves take their time.
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    await rig.send(5);
    const report = await rig.report(10_000);
    tell('B13', 'rabbitmq', report);
    expect(report.lost).toEqual([]);
    const interruptions = rig.lines.filter((line) => line.includes('interrupted'));
    expect(interruptions).toHaveLength(1);
  });

  test('B16: whose queue may not be created: a mandatory call is an error of its caller', async () => {
    const rig = await FaultRig.open(server);
    const nowhere = { exchange: '', routingKey: `missing-${rig.queue}`, mandatory: true };
    await expect(rig.producer.sendTask('fault.mark', ['x', 0], nowhere)).rejects.toMatchObject({
      code: 'CLR_UNROUTABLE',
    });
    await rig.send(3);
    expect(await rig.report()).toMatchObject({ accepted: 3, threw: 0, lost: [] });
  });

  test('B17: whose connections are closed and whose broker is stopped and started, loses nothing', {
    timeout: 300_000,
  }, async () => {
    const rig = await FaultRig.open(server);
    const cycles = LONG ? 5 : 1;
    const stop = rig.keepSending(30);
    for (let cycle = 0; cycle < cycles; cycle++) {
      await rig.resumed(10);
      await rig.fault(async () => void (await server.exec('close_all_connections', 'for the test')));
      await rig.resumed(10);
      await rig.fault(async () => {
        await server.exec('stop_app');
        await pause(LONG ? 5000 : 100);
        await server.exec('start_app');
      });
      await rig.resumed(10);
      if (LONG) await pause(20_000);
    }
    await stop();
    const report = await rig.report();
    tell('B17', 'rabbitmq', report);
    expect(report.lost).toEqual([]);
    expect(report.duplicates).toBeLessThanOrEqual((CONCURRENCY + IN_FLIGHT) * 2 * cycles);
    expect(report.resumeMs).toBeLessThan(LONG ? 5000 : 10_000);
  });
});
