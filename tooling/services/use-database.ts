import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import pg from 'pg';
import { type Environment, type SharedService, type SkippedService, useService } from './use-service.ts';

/**
 * A database of one's own on the server that tests share: tables of others are not in it.
 * @returns its URL, or why there is none; `stop` drops it
 * @throws {ServiceMissingError} and {ServiceFailedError} as {@link useService}
 */
export async function useDatabase(
  server: 'postgres' | 'mariadb',
  env: Environment = process.env,
): Promise<SharedService | SkippedService> {
  const service = await useService(server, env);
  if (service.skipped !== undefined) return service;
  const database = `celeriac_test_${randomBytes(8).toString('hex')}`;
  const run = server === 'postgres' ? runOnPostgres : runOnMariadb;
  await run(service.url, `create database ${database}`);
  const url = new URL(service.url);
  url.pathname = `/${database}`;
  return {
    name: server,
    url: url.href,
    stop: async () => {
      // Connections of processes that a test has killed may still be there.
      await run(service.url, `drop database ${database}${server === 'postgres' ? ' with (force)' : ''}`);
      await service.stop();
    },
  };
}

async function runOnPostgres(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function runOnMariadb(url: string, sql: string): Promise<void> {
  const connection = await createConnection(url);
  try {
    await connection.query(sql);
  } finally {
    await connection.end();
  }
}
