import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CeleriacOptions } from '@celeriac/core';
import { uuid } from '@celeriac/protocol';
import { type PrivateService, useDatabase, usePrivateService, useService } from '@celeriac/tooling/services';
import { QUARANTINE_QUEUE } from '@celeriac/worker';
import { connect } from 'amqplib';

export type Kind = 'memory' | 'sqlite' | 'redis' | 'rabbitmq' | DatabaseServer;
type DatabaseServer = 'postgres' | 'mariadb';

const redis = await useService('redis');

/** Brokers and stores that a worker is tried on. */
export const KINDS: readonly Kind[] = ['memory', 'sqlite', ...(redis.skipped === undefined ? ['redis' as const] : [])];

/** Where the broker and the store of one test are: nobody else uses them. */
export interface Place {
  readonly options: CeleriacOptions;
  readonly brokerUrl: string;
  end(): Promise<void>;
}

export async function newPlace(kind: Kind): Promise<Place> {
  switch (kind) {
    case 'memory':
      return at(`memory://${uuid()}`);
    case 'sqlite': {
      const folder = await mkdtemp(join(tmpdir(), 'celeriac-worker-'));
      return { ...at(`sqlite:///${folder}/stage.db`), end: () => rm(folder, { recursive: true, force: true }) };
    }
    case 'redis':
      return redisPlace();
    case 'rabbitmq':
      return rabbitmqPlace();
    case 'postgres':
    case 'mariadb':
      return databasePlace(kind);
  }
}

function at(url: string): Place {
  return { brokerUrl: url, options: { brokerUrl: url, resultBackend: url }, end: async () => {} };
}

/** Keys of its own on the server that all tests share. */
function redisPlace(): Place {
  if (redis.skipped !== undefined) throw new Error(redis.skipped);
  const place = at(redis.url);
  const own = { global_keyprefix: `${uuid()}:` };
  return {
    ...place,
    options: { ...place.options, brokerTransportOptions: own, resultBackendTransportOptions: own },
  };
}

let broker: Promise<PrivateService> | undefined;

function rabbitmq(): Promise<PrivateService> {
  broker ??= usePrivateService('rabbitmq');
  return broker;
}

/** As {@link KINDS}, and RabbitMQ, PostgreSQL and MariaDB; starts a RabbitMQ for the tests of this file. */
export async function allKinds(): Promise<readonly Kind[]> {
  const { skipped } = await rabbitmq();
  return [...KINDS, ...(skipped === undefined ? ['rabbitmq' as const] : []), ...(await databaseKinds())];
}

/** The database servers that are there. */
export async function databaseKinds(): Promise<readonly Kind[]> {
  const servers = { postgres: await useService('postgres'), mariadb: await useService('mariadb') };
  return Object.entries(servers).flatMap(([name, { skipped }]) => (skipped === undefined ? [name as Kind] : []));
}

/** Tables of its own on the server that all tests share. */
async function databasePlace(server: DatabaseServer): Promise<Place> {
  const database = await useDatabase(server);
  if (database.skipped !== undefined) throw new Error(database.skipped);
  return { ...at(database.url), end: () => database.stop() };
}

/** The server of this file's tests, which run one after the other, without messages. */
async function rabbitmqPlace(): Promise<Place> {
  const server = await rabbitmq();
  if (server.skipped !== undefined) throw new Error(server.skipped);
  const connection = await connect(server.url);
  const channel = await connection.createChannel();
  for (const queue of ['celery', QUARANTINE_QUEUE]) await channel.deleteQueue(queue);
  await connection.close();
  const { options } = at(`memory://${uuid()}`);
  return { brokerUrl: server.url, options: { ...options, brokerUrl: server.url }, end: async () => {} };
}
