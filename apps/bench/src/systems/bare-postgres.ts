import { bareRows } from './floor/bare-rows.ts';
import { postgresFloor } from './floor/postgres-floor.ts';

/** pg with the least that could be said. */
export const { client, worker } = postgresFloor(bareRows);
