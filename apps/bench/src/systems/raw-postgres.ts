import { celeryRows } from './floor/celery-rows.ts';
import { postgresFloor } from './floor/postgres-floor.ts';

/** pg with the messages and results of Celery as rows. */
export const { client, worker } = postgresFloor(celeryRows);
