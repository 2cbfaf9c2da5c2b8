import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as redis from '@celeriac/redis';
import * as sql from '@celeriac/sql';
import { useDatabase, usePrivateService } from '@celeriac/tooling/services';
import { afterAll, describe } from 'vitest';
import { FileStore } from './file-store.ts';
import { MemoryStore } from './memory-store.ts';
import { RedisStore } from './redis-store.ts';
import { SqlStore } from './sql-store.ts';
import { type StoreHarness, sharedStoreConformance, storeConformance } from './store-conformance.fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'celeriac-beat-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

describe('memory', () => {
  const harness: StoreHarness = { create: () => new MemoryStore(), again: (first) => first };
  storeConformance(harness);
  sharedStoreConformance(harness);
});

describe('file', () => {
  storeConformance({
    create: () => new FileStore(join(folder, `schedule-${count++}`)),
    again: (first) => new FileStore(first.url),
  });
});

describe('SQLite', () => {
  const open = (file: string): SqlStore => new SqlStore({ sql, url: `sqlite:///${file}`, namespace: 'app' });
  let file = '';
  const harness: StoreHarness = {
    create: () => {
      file = join(folder, `schedule-${count++}.db`);
      return open(file);
    },
    again: () => open(file),
  };
  storeConformance(harness);
  sharedStoreConformance(harness);
});

for (const name of ['postgres', 'mariadb'] as const) {
  const database = await useDatabase(name);
  describe.skipIf(database.skipped !== undefined)(name, () => {
    afterAll(() => (database.skipped === undefined ? database.stop() : undefined));
    const open = (): SqlStore => {
      const url = database.skipped === undefined ? database.url : '';
      return new SqlStore({ sql, url, namespace: `app ${count}` });
    };
    const harness: StoreHarness = {
      create: () => {
        count++;
        return open();
      },
      again: open,
    };
    storeConformance(harness);
    sharedStoreConformance(harness);
  });
}

const server = await usePrivateService('redis');
describe.skipIf(server.skipped !== undefined)('Redis', () => {
  const open = (): RedisStore => new RedisStore(redis, server.skipped === undefined ? server.url : '', `app ${count}`);
  const harness: StoreHarness = {
    create: () => {
      count++;
      return open();
    },
    again: open,
  };
  storeConformance(harness);
  sharedStoreConformance(harness);
});
