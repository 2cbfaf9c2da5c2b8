import { type RawBuilder, sql } from 'kysely';

/**
 * Whether the state of one row stays although that of another comes, as `outlasts` of the contract says it.
 * @param standing - what the statement calls the row that is stored
 * @param coming - what it calls the other
 */
export function outlasts(standing: string, coming: string): RawBuilder<boolean> {
  const [kept, next] = [sql.ref(`${standing}.status`), sql.ref(`${coming}.status`)];
  return sql<boolean>`(${kept} = 'SUCCESS' or (${next} = 'RETRY' and ${kept} in ('FAILURE', 'REVOKED')))`;
}
