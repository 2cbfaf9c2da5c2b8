import { once } from 'node:events';
import { uuid } from '@celeriac/protocol';
import { useDatabase, useService } from '@celeriac/tooling/services';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { Fleet } from './fleet.ts';
import type { FleetPlace } from './fleet-options.ts';
import { sendMarks, until } from './marks.ts';

const LONG = process.env['CELERIAC_LONG'] === '1';
const COUNT = LONG ? 2000 : 300;
const WORK_MS = 20;
const CONCURRENCY = 4;
/** Scaled, unless the full figures are asked for: the default is 30 s. */
const LEASE_MS = LONG ? 30_000 : 2000;
/** What one worker needs for everything, and a slow machine twice over. */
const WORK_LIMIT_MS = (2 * COUNT * WORK_MS) / CONCURRENCY;

const redis = await useService('redis');
const rabbitmq = await useService('rabbitmq');

const postgres = await useDatabase('postgres');
const mariadb = await useDatabase('mariadb');
afterAll(async () => {
  for (const database of [postgres, mariadb]) if (database.skipped === undefined) await database.stop();
});

interface Broker {
  readonly name: string;
  readonly skipped: string | undefined;
  place(more?: object): Partial<FleetPlace>;
  /** From the kill until everything has run. */
  readonly limitMs: number;
}

const ofRedis = (more: object = {}): Partial<FleetPlace> =>
  redis.skipped === undefined
    ? {
        brokerUrl: redis.url,
        resultBackend: redis.url,
        transportOptions: { global_keyprefix: `${uuid()}:`, ...(LONG ? {} : { leaseMs: LEASE_MS }), ...more },
      }
    : {};

const ofDatabase = (database: typeof postgres, more: object = {}): Partial<FleetPlace> =>
  database.skipped === undefined
    ? {
        brokerUrl: database.url,
        resultBackend: database.url,
        transportOptions: { ...(LONG ? {} : { leaseMs: LEASE_MS }), ...more },
      }
    : {};

const BROKERS: readonly Broker[] = [
  {
    name: 'SQLite',
    skipped: undefined,
    place: (more) => ({ transportOptions: { ...(LONG ? {} : { leaseMs: LEASE_MS }), ...more } }),
    limitMs: LONG ? 40_000 : LEASE_MS + 2000 + WORK_LIMIT_MS,
  },
  {
    name: 'Redis',
    skipped: redis.skipped,
    place: ofRedis,
    limitMs: LONG ? 40_000 : LEASE_MS + 2000 + WORK_LIMIT_MS,
  },
  {
    name: 'PostgreSQL',
    skipped: postgres.skipped,
    place: (more) => ofDatabase(postgres, more),
    limitMs: LONG ? 40_000 : LEASE_MS + 2000 + WORK_LIMIT_MS,
  },
  {
    name: 'MariaDB',
    skipped: mariadb.skipped,
    place: (more) => ofDatabase(mariadb, more),
    limitMs: LONG ? 40_000 : LEASE_MS + 2000 + WORK_LIMIT_MS,
  },
  {
    name: 'RabbitMQ, results in Redis',
    skipped: redis.skipped ?? rabbitmq.skipped,
    place: () => ({
      ...ofRedis(),
      ...(rabbitmq.skipped === undefined ? { brokerUrl: rabbitmq.url } : {}),
      queue: `fleet-${uuid()}`,
    }),
    limitMs: 2000 + WORK_LIMIT_MS,
  },
];

describe.each(BROKERS)('two workers on $name', ({ name, skipped, place, limitMs }) => {
  test.skipIf(skipped !== undefined)(
    `A1: kill -9 of one in the middle of ${COUNT} late-ack tasks loses none and repeats at most what it ran`,
    { timeout: 180_000 },
    async () => {
      const fleet = await Fleet.create(place());
      onTestFinished(() => fleet.end());
      const [victim] = [await fleet.worker(CONCURRENCY), await fleet.worker(CONCURRENCY)];
      const { app, results } = await sendMarks(fleet, COUNT, WORK_MS);
      onTestFinished(() => app.close());
      await until(async () => (await fleet.runs()).length > COUNT / 4, 'a quarter of the tasks ran');
      const killedAt = performance.now();
      const gone = once(victim, 'exit');
      victim.kill('SIGKILL');
      await gone;
      const values = await Promise.all(results.map((result) => result.get({ timeoutMs: 120_000 })));
      const recoveryMs = performance.now() - killedAt;
      const runs = await fleet.runs();
      const lost = COUNT - new Set(runs).size;
      const duplicates = runs.length - new Set(runs).size;
      console.log(
        `A1 ${name}: lost ${lost}, duplicates ${duplicates}, all done ${Math.round(recoveryMs)} ms after the kill`,
      );
      expect({ lost, wrong: values.filter((value, index) => value !== index) }).toEqual({ lost: 0, wrong: [] });
      expect(duplicates).toBeLessThanOrEqual(CONCURRENCY);
      expect(recoveryMs).toBeLessThan(limitMs);
    },
  );
});

describe.skipIf(redis.skipped !== undefined)('tasks held past the visibility timeout', () => {
  const visibilitySeconds = LONG ? 10 : 2;
  const countdown = LONG ? 60 : 5;

  test(`C2: ten with an eta ${countdown} s ahead run ten times, at a visibility timeout of ${visibilitySeconds} s`, {
    timeout: 180_000,
  }, async () => {
    const fleet = await Fleet.create(ofRedis({ visibility_timeout: visibilitySeconds, leaseMs: 30_000 }));
    onTestFinished(() => fleet.end());
    await Promise.all([fleet.worker(), fleet.worker()]);
    const startedAt = Date.now();
    const { app, results } = await sendMarks(fleet, 10, 0, countdown);
    onTestFinished(() => app.close());
    await Promise.all(results.map((result) => result.get({ timeoutMs: 120_000 })));
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(countdown * 1000 - 50);
    // Whatever would run again has time to.
    const { app: other, results: later } = await sendMarks(fleet, 1, 0, 2 * visibilitySeconds);
    onTestFinished(() => other.close());
    await Promise.all(later.map((result) => result.get({ timeoutMs: 120_000 })));
    expect((await fleet.runs()).length).toBe(11);
  });
});
