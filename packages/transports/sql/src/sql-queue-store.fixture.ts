import { type Clock, type Logger, silentLogger, systemClock } from '@celeriac/protocol';
import { ensureMigrated, openSqlDatabase, type SqlDatabase } from '@celeriac/sql';
import type { QueuedMessage, TakenMessage } from '@celeriac/transport';
import { messageMigrations } from './message-migrations.ts';
import { SqlQueueStore } from './sql-queue-store.ts';

/** A store and the connection below it. */
export interface OpenStore extends AsyncDisposable {
  readonly store: SqlQueueStore;
  readonly database: SqlDatabase;
}

export interface StoreFixtureOptions {
  readonly leaseMs?: number;
  readonly sweepMs?: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

export async function openStore(url: string, options: StoreFixtureOptions = {}): Promise<OpenStore> {
  const { leaseMs = 30_000, sweepMs = 10_000, clock = systemClock, logger = silentLogger } = options;
  const database = openSqlDatabase(url);
  await database.connect();
  await ensureMigrated(database, 'transport', messageMigrations);
  const store = new SqlQueueStore({ database, settings: { leaseMs, sweepMs }, clock, logger });
  return { store, database, [Symbol.asyncDispose]: () => store.close() };
}

export function queued(
  queue: string,
  body: string,
  more: Partial<QueuedMessage> & { priority?: number } = {},
): QueuedMessage {
  const { priority, ...rest } = more;
  return {
    queue,
    exchange: '',
    routingKey: queue,
    message: {
      body: Buffer.from(body),
      contentType: 'text/plain',
      contentEncoding: 'utf-8',
      headers: {},
      properties: priority === undefined ? {} : { priority },
    },
    ...rest,
  };
}

/** What can be taken now, without waiting. */
export function takeNow(
  store: SqlQueueStore,
  queues: readonly string[],
  max: number,
): Promise<readonly TakenMessage[]> {
  return store.take(queues, max, 0, new AbortController().signal);
}

export function textsOf(taken: readonly TakenMessage[]): string[] {
  return taken.map(({ message }) => Buffer.from(message.body).toString());
}
