import { readFile } from 'node:fs/promises';
import { uuid } from '@celeriac/protocol';
import { useDatabase, useService } from '@celeriac/tooling/services';
import { afterAll, describe, expect, test } from 'vitest';
import { Fleet } from './fleet.ts';
import { sendMarks } from './marks.ts';

/** Linux counts the time of a process in hundredths of a second. */
const TICK_MS = 10;
const WATCH_MS = process.env['CELERIAC_LONG'] === '1' ? 60_000 : 6000;

const redis = await useService('redis');
const rabbitmq = await useService('rabbitmq');
const postgres = await useDatabase('postgres');
const mariadb = await useDatabase('mariadb');
const databases = [postgres, mariadb].filter((database) => database.skipped === undefined);
const missing = redis.skipped ?? rabbitmq.skipped;
afterAll(async () => {
  for (const database of databases) await database.stop();
});

describe.skipIf(missing !== undefined || process.platform !== 'linux')('a worker process with nothing to do', () => {
  const store = redis.skipped === undefined ? redis.url : '';
  const places = [
    // A file of its own.
    ['sqlite', undefined],
    [store, store],
    [rabbitmq.skipped === undefined ? rabbitmq.url : '', store],
    ...databases.map(({ url }) => [url, url] as const),
  ];

  // All at once: most of the time nothing happens.
  test.concurrent.for(places.map(([url = '', results]) => [url.split(':')[0] ?? '', url, results] as const))(
    'uses less than a hundredth of a core on %s',
    {
      timeout: 240_000,
    },
    async ([name, brokerUrl, resultBackend], { onTestFinished }) => {
      const fleet = await Fleet.create({
        ...(resultBackend !== undefined && { brokerUrl, resultBackend }),
        transportOptions: brokerUrl === store ? { global_keyprefix: `${uuid()}:` } : {},
        queue: `idle-${uuid()}`,
      });
      onTestFinished(() => fleet.end());
      const worker = await fleet.worker();
      const { app, results } = await sendMarks(fleet, 10, 0);
      onTestFinished(() => app.close());
      await Promise.all(results.map((result) => result.get({ timeoutMs: 60_000 })));
      // What starting has left to do is no idling.
      await new Promise((resolve) => setTimeout(resolve, 2000));
      const before = await cpuMs(worker.pid!);
      await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
      const share = ((await cpuMs(worker.pid!)) - before) / WATCH_MS;
      process.stdout.write(`| idle | ${name} | ${(100 * share).toFixed(2)} % of a core |\n`);
      expect(share).toBeLessThan(0.01);
    },
  );
});

/** Time that all threads of a process have used. */
async function cpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // Behind the name, which may have spaces and ends with a bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
