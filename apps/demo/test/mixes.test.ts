import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useDatabase, useService } from '@celeriac/tooling/services';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demo, textFolder } from './run-demo.ts';

const LONG = process.env['CELERIAC_LONG'] === '1';

type Place = 'sqlite' | 'redis' | 'rabbitmq' | 'postgres' | 'mariadb' | 'rpc';

const scratch = await mkdtemp(join(tmpdir(), 'celeriac-demo-mixes-'));
const servers = {
  redis: await useService('redis'),
  rabbitmq: await useService('rabbitmq'),
  postgres: await useDatabase('postgres'),
  mariadb: await useDatabase('mariadb'),
};

function urlOf(place: Place): string | undefined {
  if (place === 'sqlite') return `sqlite:///${scratch}/mixes.db`;
  if (place === 'rpc') return 'rpc://';
  const server = servers[place];
  return server.skipped === undefined ? server.url : undefined;
}

const BROKERS: readonly Place[] = ['sqlite', 'redis', 'rabbitmq', 'postgres', 'mariadb'];
const STORES: readonly Place[] = ['sqlite', 'redis', 'postgres', 'mariadb', 'rpc'];
const ALL: readonly (readonly [Place, Place])[] = BROKERS.flatMap((broker) =>
  STORES.map((store) => [broker, store] as const),
);
/** Each server as broker and as store, by itself and with another. */
const SOME: readonly (readonly [Place, Place])[] = [
  ['redis', 'redis'],
  ['rabbitmq', 'rpc'],
  ['postgres', 'postgres'],
  ['mariadb', 'postgres'],
  ['postgres', 'mariadb'],
  ['redis', 'sqlite'],
];

describe('swapping only the URLs gives the same answer', () => {
  let folder: string;
  let expected: unknown;

  beforeAll(async () => {
    folder = await textFolder();
    expected = JSON.parse((await demo(folder, '--json', '--broker', 'memory://')).out);
  });

  afterAll(async () => {
    for (const server of Object.values(servers)) if (server.skipped === undefined) await server.stop();
    await rm(folder, { recursive: true, force: true });
    await rm(scratch, { recursive: true, force: true });
  });

  const wanted = LONG ? ALL : SOME;
  const there = wanted.filter((places) => places.every((place) => urlOf(place) !== undefined));
  for (const [broker, store] of wanted.filter((places) => !there.includes(places))) {
    test.skip(`${broker} as broker, results in ${store}`);
  }

  test.each(there)('%s as broker, results in %s', { timeout: 60_000 }, async (broker, store) => {
    const [brokerUrl, storeUrl] = [urlOf(broker), urlOf(store)];
    if (brokerUrl === undefined || storeUrl === undefined) throw new Error('skipped, and yet run');
    const run = await demo(folder, '--json', '--workers', '1', '--broker', brokerUrl, '--backend', storeUrl);
    expect(run.err).toBe('');
    expect(run.code).toBe(0);
    expect(JSON.parse(run.out)).toEqual(expected);
  });
});
