import { bareRows } from './floor/bare-rows.ts';
import { sqliteFloor } from './floor/sqlite-floor.ts';

/** better-sqlite3 with the least that could be said. */
export const { client, worker } = sqliteFloor(bareRows);
