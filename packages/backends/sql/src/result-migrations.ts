import type { Migration } from '@celeriac/sql';
import { createMysqlGroups, createMysqlResults } from './mysql-result-tables.ts';
import { createPostgresGroups, createPostgresResults } from './postgres-result-tables.ts';
import { createSqliteGroups, createSqliteResults } from './sqlite-result-tables.ts';

const RESULTS = { sqlite: createSqliteResults, postgres: createPostgresResults, mysql: createMysqlResults };
const GROUPS = { sqlite: createSqliteGroups, postgres: createPostgresGroups, mysql: createMysqlGroups };

/** The result store's tables, step by step. A step that was released is never changed. */
export const resultMigrations: readonly Migration[] = Object.freeze([
  { name: '0001-results', up: (builder, { name }) => RESULTS[name](builder) },
  { name: '0002-groups-and-chords', up: (builder, { name }) => GROUPS[name](builder) },
] satisfies Migration[]);
