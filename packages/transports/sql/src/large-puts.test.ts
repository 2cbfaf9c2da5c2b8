import { openSqlDatabase } from '@celeriac/sql';
import { expect, test } from 'vitest';
import { toRow } from './message-row.ts';
import { MysqlMessages } from './mysql-messages.ts';
import { PostgresMessages } from './postgres-messages.ts';
import { queued } from './sql-queue-store.fixture.ts';

const MIB = 1024 * 1024;

test.each([
  ['PostgreSQL', new PostgresMessages(openSqlDatabase('postgresql://localhost/none')), 300],
  ['MySQL', new MysqlMessages(openSqlDatabase('mysql://localhost/none')), 30],
])('%s: messages that are too much for one statement go in several, all or none', (_name, messages, mebibytes) => {
  const body = Buffer.alloc(MIB, 'x');
  const row = toRow(queued('large', ''), 0);
  const { script, mode } = messages.put(Array.from({ length: mebibytes }, () => ({ ...row, body })));
  const steps = script();
  let statements = 0;
  while (steps.next({ rows: [], affected: [] }).done !== true) statements++;
  expect(statements).toBeGreaterThan(1);
  expect(mode).toBe('write');
  expect(messages.put([row, row]).mode).toBe('statement');
});
