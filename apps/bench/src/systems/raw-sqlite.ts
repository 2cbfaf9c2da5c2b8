import { celeryRows } from './floor/celery-rows.ts';
import { sqliteFloor } from './floor/sqlite-floor.ts';

/** better-sqlite3 with the messages and results of Celery as rows. */
export const { client, worker } = sqliteFloor(celeryRows);
