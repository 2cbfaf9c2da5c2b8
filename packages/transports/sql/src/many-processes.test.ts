import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BrokerChildren, eventually } from './broker-children.fixture.ts';
import { scratchFolder } from './scratch-folder.fixture.ts';
import { sqlTransport } from './sql-transport.ts';

const LONG = process.env['CELERIAC_LONG'] !== undefined;
const MESSAGES = LONG ? 20_000 : 2000;
const SENDERS = 4;
const CONSUMERS = 4;
const LOG_LIMIT_BYTES = 64 * 1024 * 1024;

test(`B21: ${SENDERS} processes send ${MESSAGES} messages to ${CONSUMERS} others: none lost, doubled or refused`, {
  timeout: 180_000,
}, async () => {
  using folder = scratchFolder();
  await using children = new BrokerChildren();
  const url = folder.url();
  for (let index = 0; index < CONSUMERS; index++) {
    children.start({ url, role: 'consume', name: `c${index}`, count: 50 });
  }
  for (let index = 0; index < SENDERS; index++) {
    children.start({ url, role: 'produce', name: `p${index}`, count: MESSAGES / SENDERS, batch: 20 });
  }
  let largestLog = 0;
  await eventually('all messages came', 150_000, () => {
    const log = statSync(join(folder.path, 'broker.db-wal'), { throwIfNoEntry: false });
    largestLog = Math.max(largestLog, log?.size ?? 0);
    return children.got.length >= MESSAGES || children.failures.length > 0;
  });
  await children.stop();
  expect(children.failures).toEqual([]);
  expect(new Set(children.sent).size).toBe(MESSAGES);
  expect(children.got.length).toBe(MESSAGES);
  expect(new Set(children.got)).toEqual(new Set(children.sent));
  expect(largestLog).toBeGreaterThan(0);
  expect(largestLog).toBeLessThanOrEqual(LOG_LIMIT_BYTES);
  const transport = sqlTransport({ url });
  await transport.connect();
  expect(await transport.size('work')).toBe(0);
  await transport.close();
});
