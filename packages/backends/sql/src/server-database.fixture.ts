import { randomBytes } from 'node:crypto';
import { openSqlDatabase, type Statement } from '@celeriac/sql';
import { useService } from '@celeriac/tooling/services';

/** A database of its own on a shared server. */
export interface ServerDatabase {
  readonly skipped?: undefined;
  readonly server: 'postgres' | 'mariadb';
  readonly url: string;
  /** Drops the database. */
  drop(): Promise<void>;
}

/** A fresh database, or the reason why there is none. */
export async function serverDatabase(
  server: ServerDatabase['server'],
): Promise<ServerDatabase | { readonly skipped: string }> {
  const service = await useService(server);
  if (service.skipped !== undefined) return { skipped: service.skipped };
  const name = `celeriac_results_${randomBytes(6).toString('hex')}`;
  await command(service.url, `create database ${name}`);
  const url = new URL(service.url);
  url.pathname = `/${name}`;
  return {
    server,
    url: url.href,
    drop: async () => {
      await command(service.url, `drop database ${name}${server === 'postgres' ? ' with (force)' : ''}`);
      await service.stop();
    },
  };
}

async function command(url: string, sql: string): Promise<void> {
  const database = openSqlDatabase(url);
  await database.connect();
  const statement: Statement = { sql, parameters: [] };
  await database.run([statement], { mode: 'statement' });
  await database.close();
}
