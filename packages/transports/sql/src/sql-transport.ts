import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Clock, type Logger, silentLogger, systemClock } from '@celeriac/protocol';
import { ensureMigrated, openSqlDatabase, portableSqlUrl, type SqlDatabase } from '@celeriac/sql';
import { type LeaseThread, type Transport, virtualTransport } from '@celeriac/transport';
import { capabilitiesOf } from './capabilities.ts';
import type { LeaseThreadOptions } from './lease-thread.ts';
import { messageMigrations } from './message-migrations.ts';
import { oldTransactions } from './old-transactions.ts';
import { SqlBindingStore } from './sql-binding-store.ts';
import { SqlQueueStore } from './sql-queue-store.ts';
import { asTransportError } from './sql-transport-errors.ts';
import { type SqlTransportSettings, sqlTransportSettings } from './sql-transport-options.ts';

/** Whose tables, among the migrations of a database. */
export const MIGRATION_OWNER = 'transport';

/** Settings of {@link sqlTransport}. */
export interface SqlTransportOptions {
  /** `sqlite:///relative.db`, `sqlite:////absolute.db`, `postgresql://…`, `mysql://…`, `mariadb://…`. */
  readonly url: string;
  /** A worker that was not heard of for this long is dead. Milliseconds, default 30,000. */
  readonly leaseMs?: number;
  /** Pause between two looks for dead workers. Milliseconds; by default a third of the lease, at most 10,000. */
  readonly sweepMs?: number;
  /** Drives delayed messages. Default: the machine's time. */
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/**
 * A broker in the tables of a database that many processes share.
 *
 * An idle consumer keeps the process alive until it is stopped, as an open socket would.
 * @throws {InvalidUrlError} with the URL masked
 * @throws {ConfigurationError} for an option out of range
 */
export function sqlTransport(options: SqlTransportOptions): Transport {
  const { url, leaseMs, sweepMs, clock = systemClock, logger = silentLogger } = options;
  const settings = sqlTransportSettings({ leaseMs, sweepMs });
  const database = openSqlDatabase(url, { logger, key: 'brokerUrl' });
  return assembleTransport({ database, url, settings, clock, logger });
}

/** What {@link assembleTransport} puts together. */
export interface SqlTransportParts {
  readonly database: SqlDatabase;
  readonly url: string;
  readonly settings: SqlTransportSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether a thread renews leases, and not only a timer. Default true. */
  readonly thread?: boolean;
}

export function assembleTransport(parts: SqlTransportParts): Transport {
  const { database, url, settings, clock, logger, thread = true } = parts;
  const store = new SqlQueueStore({ database, settings, clock, logger });
  return virtualTransport({
    name: database.dialect.name,
    url: database.url,
    store,
    bindings: new SqlBindingStore(database),
    capabilities: capabilitiesOf(settings.leaseMs),
    lease: { leaseMs: settings.leaseMs, ...(thread ? { thread: leaseThread(url, store) } : undefined) },
    joint: { domain: database.identity, settling: (receipts) => store.acknowledgement(receipts) },
    clock,
    logger,
    connect: () => connect(database),
    declareTransient: (queues) => store.declareTransient(queues),
    warnings: () => oldTransactions(database),
  });
}

async function connect(database: SqlDatabase): Promise<void> {
  try {
    await database.connect();
    await ensureMigrated(database, MIGRATION_OWNER, messageMigrations);
  } catch (error) {
    throw asTransportError(database.url, error);
  }
}

function leaseThread(url: string, { owner }: SqlQueueStore): LeaseThread {
  const options: LeaseThreadOptions = {
    // A lease needs no disk: after a power cut there is no worker either.
    url: portableSqlUrl(url, 'normal'),
    ownerId: owner.id,
    leaseMs: owner.leaseMs,
  };
  // Beside this file: `.ts` when run from source, `.js` when built.
  const module = new URL(`./lease-thread${extname(fileURLToPath(import.meta.url))}`, import.meta.url);
  return { module, options };
}
