import type { Logger } from '@celeriac/protocol';
import { NetworkDatabase } from '../network/network-database.ts';
import type { ServerTarget } from '../network/server-url.ts';
import type { ServerDriver } from '../network/session.ts';
import { mysqlDialect } from './mysql-dialect.ts';
import { describeMysql, mysqlFailure, mysqlHint } from './mysql-failure.ts';
import { MysqlPoller } from './mysql-poller.ts';
import { loadMysql, type MysqlModule, MysqlSession } from './mysql-session.ts';

/** A MySQL or MariaDB database; opens nothing yet. */
export function mysqlDatabase(target: ServerTarget, logger: Logger): NetworkDatabase {
  let loaded: MysqlModule | undefined;
  const load = async (): Promise<MysqlModule> => {
    loaded ??= await loadMysql();
    return loaded;
  };
  const driver: ServerDriver = {
    databaseName: 'MySQL',
    load: async () => void (await load()),
    open: async () => MysqlSession.open(await load(), target),
    failureOf: mysqlFailure,
    describe: describeMysql,
    hintFor: mysqlHint,
  };
  const openSource = async (): Promise<MysqlPoller> => MysqlPoller.open(await load(), target);
  return new NetworkDatabase({ target, dialect: mysqlDialect, driver, openSource, logger });
}
