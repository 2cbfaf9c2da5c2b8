import type { Migration } from '@celeriac/sql';
import { createMysqlExchanges, createMysqlMessages } from './mysql-message-tables.ts';
import { createPostgresExchanges, createPostgresMessages } from './postgres-message-tables.ts';
import { createSqliteExchanges, createSqliteMessages } from './sqlite-message-tables.ts';

const MESSAGES = { sqlite: createSqliteMessages, postgres: createPostgresMessages, mysql: createMysqlMessages };
const EXCHANGES = { sqlite: createSqliteExchanges, postgres: createPostgresExchanges, mysql: createMysqlExchanges };

/** The transport's tables, step by step. A step that was released is never changed. */
export const messageMigrations: readonly Migration[] = Object.freeze([
  { name: '0001-messages', up: (builder, { name }) => MESSAGES[name](builder) },
  { name: '0002-exchanges', up: (builder, { name }) => EXCHANGES[name](builder) },
] satisfies Migration[]);
