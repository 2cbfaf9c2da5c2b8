// Commits when its parent says so, and answers with the time of the commit.
import { openSqlDatabase } from '../open-sql-database.ts';

const database = openSqlDatabase(process.argv[2] ?? '');
await database.connect();
process.send?.('ready');
process.on('message', () => {
  void database
    .run([{ sql: 'insert into item default values', parameters: [] }])
    .then(() => process.send?.(Date.now()));
});
process.on('disconnect', () => void database.close());
