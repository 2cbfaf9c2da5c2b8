import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type BrokerKind,
  CONCURRENCY,
  durableServer,
  FaultRig,
  IN_FLIGHT,
  LONG,
  type RigOptions,
  type Server,
  tell,
} from './fault-rig.ts';

/** What PostgreSQL does in a fault of its own kind is in the tests of outages; here the databases join the full figures. */
const KINDS: readonly BrokerKind[] = LONG ? ['redis', 'rabbitmq', 'postgres', 'mariadb'] : ['redis', 'rabbitmq'];

/** Dead connections are looked for often, so that the scaled test does not wait for a minute. */
const WATCHFUL: { readonly [kind in BrokerKind]: RigOptions['transportOptions'] } = LONG
  ? { redis: {}, rabbitmq: {}, postgres: {}, mariadb: {} }
  : { postgres: {}, mariadb: {}, redis: { health_check_interval: 0.5, socket_timeout: 1 }, rabbitmq: { heartbeat: 1 } };

const servers = new Map<BrokerKind, Server>();
for (const kind of KINDS) {
  const server = await durableServer(kind);
  if (server.skipped === undefined) servers.set(kind, server);
}

describe.each([...servers.keys()])('a worker and a producer on %s', (kind) => {
  const server = servers.get(kind)!;
  afterAll(() => server.stop());

  test('B1: killed and restarted under load, the broker has everything that it accepted', {
    timeout: 120_000,
  }, async () => {
    const rig = await FaultRig.open(server);
    const stop = rig.keepSending(20);
    await rig.until(() => rig.ended > 25, 'tasks run');
    // It confirms messages when they are on the disk, but queues go there when it likes.
    if (kind === 'rabbitmq') await server.exec('eval', 'mnesia:sync_log().');
    await rig.fault(async () => {
      await server.kill('SIGKILL');
      await pause(LONG ? 3000 : 300);
      await server.restart();
    });
    await rig.resumed(25);
    await stop();
    const report = await rig.report();
    tell('B1', kind, report);
    expect(report.lost).toEqual([]);
    expect(report.threw).toBeGreaterThan(0);
    expect(report.duplicates).toBeLessThanOrEqual(CONCURRENCY + IN_FLIGHT);
    // The connection is tried again after 1, 2, 3, 4 … s, and the port opens in between: the longer it takes, the later.
    expect(report.resumeMs).toBeLessThan(10_000);
  });

  test('B2: frozen, the broker keeps no sender waiting for more than a try, and goes on when it is thawed', {
    timeout: 120_000,
  }, async () => {
    const settings = LONG ? {} : { brokerConnectionTimeout: 1 };
    const rig = await FaultRig.open(server, { settings });
    const stop = rig.keepSending(20);
    await rig.until(() => rig.ended > 25, 'tasks run');
    await rig.fault(async () => {
      await server.kill('SIGSTOP');
      await pause(LONG ? 10_000 : 2500);
      await server.kill('SIGCONT');
    });
    await rig.resumed(25);
    await stop();
    const report = await rig.report();
    tell('B2', kind, report);
    expect(report.lost).toEqual([]);
    expect(report.threw).toBeGreaterThan(0);
    for (const error of rig.errors) expect(error).toMatchObject({ code: 'CLR_PUBLISH' });
    // Also that of a send that waited behind others, or for a connection.
    expect(report.longestSendMs).toBeLessThan((LONG ? 4000 : 1000) + 1500);
    expect(report.resumeMs).toBeLessThan(5000);
    // What was on its way when it froze is there when it is thawed, and was sent again meanwhile.
    expect(report.duplicates).toBeLessThanOrEqual(CONCURRENCY + 2 * IN_FLIGHT);
  });

  test('B3: connections that died in silence are noticed, and work goes on over others', {
    timeout: 180_000,
  }, async () => {
    const rig = await FaultRig.open(server, {
      proxied: true,
      transportOptions: { ...WATCHFUL[kind] },
      settings: LONG ? {} : { brokerConnectionTimeout: 1 },
    });
    const stop = rig.keepSending(20);
    await rig.until(() => rig.ended > 25, 'tasks run');
    await rig.fault(async () => rig.proxy!.drop());
    await rig.resumed(25, 90_000);
    await stop();
    const report = await rig.report(90_000);
    tell('B3', kind, report);
    expect(rig.proxy!.swallowed).toBeGreaterThan(0);
    expect(report.lost).toEqual([]);
    expect(report.resumeMs).toBeLessThan(LONG ? 60_000 : 20_000);
  });

  test('B4: connections that are reset again and again lose nothing', { timeout: 180_000 }, async () => {
    const rig = await FaultRig.open(server, { proxied: true });
    const resets = LONG ? 12 : 4;
    const stop = rig.keepSending(30);
    for (let reset = 0; reset < resets; reset++) {
      await rig.resumed(10);
      await pause(LONG ? 5000 : 0);
      await rig.fault(async () => rig.proxy!.reset());
    }
    await rig.resumed(10);
    await stop();
    const report = await rig.report();
    tell('B4', kind, report);
    expect(report.lost).toEqual([]);
    expect(report.duplicates).toBeLessThanOrEqual((CONCURRENCY + IN_FLIGHT) * resets);
    const { connections } = rig.proxy!;
    // Of producer and worker each two or three for sending, reading and results, those of events and replies, and that of
    // the leases; what is left open at every reset would be many more.
    expect(connections).toBeLessThanOrEqual(12);
  });

  test('B5: a slow connection is no dead one: nothing is sent or run twice', { timeout: 300_000 }, async () => {
    // A database takes what is sent in one turn as one statement, which has half a minute.
    const count = LONG && kind !== 'postgres' && kind !== 'mariadb' ? 2000 : 40;
    const rig = await FaultRig.open(server, { proxied: true });
    rig.proxy!.delay(200);
    rig.proxy!.rate(50_000);
    let most = 0;
    const watch = setInterval(() => {
      const { active, reserved } = rig.worker.stats();
      most = Math.max(most, active + reserved);
    }, 5);
    await rig.send(count, 20);
    const report = await rig.report(240_000);
    clearInterval(watch);
    tell('B5', kind, { ...report, resumeMs: 0 });
    expect(report).toMatchObject({ accepted: count, threw: 0, lost: [], duplicates: 0 });
    expect(rig.lines.filter((line) => line.includes('was lost'))).toEqual([]);
    expect(most).toBeGreaterThan(0);
    // Four for each slot, as the prefetch multiplier says.
    expect(most).toBeLessThanOrEqual(4 * CONCURRENCY);
  });
});
