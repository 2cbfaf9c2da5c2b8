import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { openSqlDatabase } from '../open-sql-database.ts';
import { scratchFolder } from '../scratch-folder.fixture.ts';
import type { ChangeListener, SqlDatabase } from '../sql-database.ts';

/** Hears of every change. */
const hearing = (onChange: () => void): ChangeListener => ({
  topic: 'any',
  probe: () => undefined,
  isNews: () => false,
  onChange,
});

const insert = { sql: 'insert into item default values', parameters: [] };

async function connected(url: string): Promise<SqlDatabase> {
  const database = openSqlDatabase(url);
  await database.connect();
  await database.run([{ sql: 'create table if not exists item (id integer primary key)', parameters: [] }]);
  return database;
}

/** The next change, and how long after `since` it was noticed. */
function nextChange(database: SqlDatabase): { noticed: Promise<number>; close(): void } {
  const { promise, resolve } = Promise.withResolvers<number>();
  const watch = database.watchChanges(hearing(() => resolve(performance.now())));
  return { noticed: promise, close: () => watch.close() };
}

describe('watchChanges', () => {
  test('tells of a commit by another connection of this process within 50 ms', async () => {
    using folder = scratchFolder();
    const [watching, writing] = [await connected(folder.url()), await connected(folder.url())];
    for (let round = 0; round < 5; round++) {
      const change = nextChange(watching);
      await writing.run([insert]);
      const committedAt = performance.now();
      expect((await change.noticed) - committedAt).toBeLessThan(50);
      change.close();
    }
    await watching.close();
    await writing.close();
  });

  test('tells of a commit by another process within 50 ms', async () => {
    using folder = scratchFolder();
    const watching = await connected(folder.url());
    const child = fork(new URL('./writer-child.fixture.ts', import.meta.url), [folder.url()], {
      execArgv: ['--conditions=@celeriac/source'],
    });
    await once(child, 'message');
    const latencies: number[] = [];
    for (let round = 0; round < 10; round++) {
      const change = nextChange(watching);
      child.send('write');
      const [committedAt] = (await once(child, 'message')) as [number];
      await change.noticed;
      latencies.push(Date.now() - committedAt);
      change.close();
    }
    child.disconnect();
    latencies.sort((a, b) => a - b);
    // The median: a busy machine may hold up one of them.
    expect(latencies[5]).toBeLessThan(50);
    await watching.close();
  });

  test('is silent about own commits and when nothing happens, and after it is closed', async () => {
    using folder = scratchFolder();
    const [watching, writing] = [await connected(folder.url()), await connected(folder.url())];
    let calls = 0;
    const watch = watching.watchChanges(hearing(() => void calls++));
    await watching.run([insert]);
    await delay(100);
    expect(calls).toBe(0);
    watch.close();
    const change = nextChange(watching);
    await writing.run([insert]);
    await change.noticed;
    expect(calls).toBe(0);
    change.close();
    await watching.close();
    await writing.close();
  });

  test('costs an idle process next to nothing', async () => {
    using folder = scratchFolder();
    const watching = await connected(folder.url());
    const watch = watching.watchChanges(hearing(() => {}));
    const before = process.cpuUsage();
    await delay(1500);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(150);
    watch.close();
    await watching.close();
  });

  test('keeps watching after all watches were closed and a new one began', async () => {
    using folder = scratchFolder();
    const [watching, writing] = [await connected(folder.url()), await connected(folder.url())];
    watching.watchChanges(hearing(() => {})).close();
    await delay(1200);
    const change = nextChange(watching);
    await writing.run([insert]);
    await change.noticed;
    change.close();
    await watching.close();
    await writing.close();
  });
});
