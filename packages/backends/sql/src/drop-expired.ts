import { changesOf, rowsOf, StatementTemplate } from '@celeriac/sql';
import { sql } from 'kysely';
import type { ChordStatements } from './chord-statements.ts';
import type { ResultTable } from './result-table.ts';
import { inTransaction } from './sql-backend-errors.ts';
import type { StorePlace } from './store-place.ts';

/** Rows dropped in one transaction: neither the lock nor this thread is held for long. */
const CHUNK = 1000;

/** Drops what has expired; resolves to how many results. */
export async function dropExpired(
  { database, clock }: StorePlace,
  results: ResultTable,
  chords: ChordStatements,
): Promise<number> {
  const now = clock.now();
  let dropped = 0;
  for (;;) {
    const some = await results.dropExpired(now, CHUNK);
    dropped += some;
    if (some < CHUNK) break;
  }
  const dropGroups = new StatementTemplate<{ now: number }>(
    database.dialect,
    (p) => sql`delete from celeriac_group where expires_at <= ${p.now}`,
  );
  await inTransaction(database, () => changesOf(dropGroups.with({ now })));
  let chordsDropped: number;
  do {
    chordsDropped = await inTransaction(database, function* () {
      const rows = yield* rowsOf(chords.expired.with({ now, limit: CHUNK }));
      for (const { group_id: groupId } of rows) {
        yield chords.dropExpired.with({ groupId, now });
        yield chords.dropParts.with({ groupId });
      }
      return rows.length;
    });
  } while (chordsDropped === CHUNK);
  return dropped;
}
