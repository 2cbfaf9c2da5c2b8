import type { Logger } from '@celeriac/protocol';
import { NetworkDatabase } from '../network/network-database.ts';
import type { ServerTarget } from '../network/server-url.ts';
import type { ServerDriver } from '../network/session.ts';
import { postgresDialect } from './postgres-dialect.ts';
import { describePostgres, postgresFailure, postgresHint } from './postgres-failure.ts';
import { PostgresListener } from './postgres-listener.ts';
import { loadPostgres, type PostgresModule, PostgresSession } from './postgres-session.ts';

/** A PostgreSQL database; opens nothing yet. */
export function postgresDatabase(target: ServerTarget, logger: Logger): NetworkDatabase {
  let loaded: PostgresModule | undefined;
  const load = async (): Promise<PostgresModule> => {
    loaded ??= await loadPostgres();
    return loaded;
  };
  const driver: ServerDriver = {
    databaseName: 'PostgreSQL',
    load: async () => void (await load()),
    open: async () => PostgresSession.open(await load(), target),
    failureOf: postgresFailure,
    describe: describePostgres,
    hintFor: postgresHint,
  };
  const openSource = async (): Promise<PostgresListener> => PostgresListener.open(await load(), target);
  return new NetworkDatabase({ target, dialect: postgresDialect, driver, openSource, logger });
}
