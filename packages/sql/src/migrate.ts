import { sql } from 'kysely';
import type { Migration, MigrationReport } from './migration.ts';
import type { SqlDatabase } from './sql-database.ts';
import { SqlMigrationError } from './sql-errors.ts';
import { rowsOf } from './statement.ts';
import { StatementTemplate } from './statement-template.ts';

/**
 * Brings the tables of one package up to date: of several processes that start together one does it, the others find it
 * done. In one transaction, except on MySQL and MariaDB, where every table that is made commits; a migration there must be
 * such that it can be run again after it was cut off.
 * @param owner - whose tables: each package has its own list
 * @throws {SqlMigrationError} when the tables were made by a newer version
 */
export async function migrate(
  database: SqlDatabase,
  owner: string,
  migrations: readonly Migration[],
): Promise<MigrationReport> {
  const { dialect } = database;
  const applied = new StatementTemplate<{ owner: string }, { name: string }>(
    dialect,
    (p) => sql`select name from celeriac_migrations where owner = ${p.owner} order by name`,
  );
  const record = new StatementTemplate<{ owner: string; name: string }>(
    dialect,
    (p) => sql`insert into celeriac_migrations (owner, name) values (${p.owner}, ${p.name})`,
  );
  const { migrationLock: lock } = dialect;
  return database.transaction(function* () {
    if (lock !== undefined) yield lock.take.compile(dialect.builder);
    yield dialect.builder.schema
      .createTable('celeriac_migrations')
      .ifNotExists()
      .addColumn('owner', 'varchar(32)', (column) => column.notNull())
      .addColumn('name', 'varchar(128)', (column) => column.notNull())
      .addPrimaryKeyConstraint('celeriac_migrations_pk', ['owner', 'name'])
      .compile();
    const done = new Set((yield* rowsOf(applied.with({ owner }))).map((row) => row.name));
    refuseNewer(owner, done, migrations);
    const fresh = migrations.filter(({ name }) => !done.has(name));
    for (const { name, up } of fresh) {
      for (const statement of up(dialect.builder, dialect)) yield statement;
      yield record.with({ owner, name });
    }
    if (lock?.leave !== undefined) yield lock.leave.compile(dialect.builder);
    return { applied: fresh.map(({ name }) => name), current: migrations.at(-1)?.name ?? '' };
  });
}

/**
 * As {@link migrate}, without a write lock when there is nothing to do, which is nearly always.
 * @throws {SqlMigrationError} when the tables were made by a newer version
 */
export async function ensureMigrated(
  database: SqlDatabase,
  owner: string,
  migrations: readonly Migration[],
): Promise<void> {
  const newest = migrations.at(-1)?.name;
  const known = await namesOf(database, owner);
  refuseNewer(owner, known, migrations);
  if (newest !== undefined && !known.has(newest)) await migrate(database, owner, migrations);
}

async function namesOf(database: SqlDatabase, owner: string): Promise<ReadonlySet<string>> {
  const { dialect } = database;
  const table = new StatementTemplate<object>(dialect, () => dialect.hasTable('celeriac_migrations'));
  const applied = new StatementTemplate<{ owner: string }, { name: string }>(
    dialect,
    (p) => sql`select name from celeriac_migrations where owner = ${p.owner}`,
  );
  return database.transaction(
    function* () {
      if ((yield* rowsOf(table.with({}))).length === 0) return new Set<string>();
      return new Set((yield* rowsOf(applied.with({ owner }))).map((row) => row.name));
    },
    { mode: 'read' },
  );
}

function refuseNewer(owner: string, done: ReadonlySet<string>, migrations: readonly Migration[]): void {
  const unknown = [...done].find((name) => !migrations.some((migration) => migration.name === name));
  if (unknown === undefined) return;
  throw new SqlMigrationError(owner, `"${unknown}" was applied by a newer version of Celeriac.`, {
    hint: 'Update the sql packages here, or use another database.',
  });
}
