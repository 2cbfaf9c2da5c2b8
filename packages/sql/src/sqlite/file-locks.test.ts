import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openSqlDatabase } from '../open-sql-database.ts';
import { scratchFolder } from '../scratch-folder.fixture.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const visit =
  'const D = require("better-sqlite3"); const d = new D(process.argv[1]); d.prepare("select 1 from sqlite_master").get(); d.close()';

/** Locks of this process on a file, as Linux tells. */
function locksOn(file: string): number {
  const inode = `:${statSync(file).ino} `;
  const lines = readFileSync('/proc/locks', 'utf8').split('\n');
  return lines.filter((line) => line.includes(inode) && line.includes(` ${process.pid} `)).length;
}

test('a second connection of the process leaves the locks of the first alone', async ({ skip }) => {
  if (!existsSync('/proc/locks')) return skip('locks can be looked at on Linux only');
  using folder = scratchFolder();
  const first = openSqlDatabase(folder.url());
  await first.connect();
  await first.run([{ sql: 'create table item (id integer primary key)', parameters: [] }]);
  const second = openSqlDatabase(folder.url());
  await second.connect();
  const file = folder.url().replace('sqlite:///', '');
  expect(locksOn(file)).toBeGreaterThan(0);
  // Another process that comes and goes must not think that it is the last one, and take the log away.
  const log = statSync(`${file}-wal`).ino;
  execFileSync(process.execPath, ['-e', visit, file], { cwd: here });
  expect(statSync(`${file}-wal`).ino).toBe(log);
  await first.close();
  await second.close();
});
