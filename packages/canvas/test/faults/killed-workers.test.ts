import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Celeriac } from '@celeriac/core';
import { useService } from '@celeriac/tooling/services';
import { describe, expect, test } from 'vitest';
import { chord } from '../../src/index.ts';

const LONG = process.env['CELERIAC_LONG'] === '1';
const MEMBERS = LONG ? 1_000 : 100;
const KILLS = LONG ? 5 : 1;
const LEASE_MS = 2_000;

const servers = {
  Redis: await useService('redis'),
  PostgreSQL: await useService('postgres'),
  MariaDB: await useService('mariadb'),
  SQLite: undefined,
} as const;
type Store = keyof typeof servers;
const stores: readonly Store[] = LONG ? ['Redis', 'PostgreSQL', 'MariaDB', 'SQLite'] : ['Redis'];
const main = fileURLToPath(new URL('fault-worker-main.ts', import.meta.url));

describe.each(stores)('on %s', (store) => {
  const server = servers[store];
  const title = `D2: a chord of ${MEMBERS} whose workers are killed ${KILLS} times has its body's effect once`;
  test.skipIf(server?.skipped)(title, { timeout: 240_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'canvas-faults-'));
    const ledger = join(folder, 'ledger');
    writeFileSync(ledger, '');
    const url = server?.skipped === undefined ? (server?.url ?? `sqlite:///${folder}/faults.db`) : '';
    const settings = {
      broker: url,
      backend: url,
      brokerTransportOptions: { leaseMs: LEASE_MS },
      taskDefaultQueue: `faults-${process.pid}-${Date.now()}`,
      resultExpires: 600,
    };
    const start = async (): Promise<ChildProcess> => {
      const child = fork(main, [], {
        execArgv: ['--conditions=@celeriac/source'],
        env: { ...process.env, CANVAS_FAULTS: JSON.stringify({ ...settings, ledger }) },
      });
      await once(child, 'message');
      return child;
    };
    const lines = (): readonly string[] => readFileSync(ledger, 'utf8').split('\n').filter(Boolean);
    const client = new Celeriac('client', { configFile: false, environment: {}, ...settings });
    const member = client.foreign<[number, number], number>('faults.member');
    const body = client.foreign<[readonly number[]], number>('faults.body');
    const workers = await Promise.all([start(), start()]);
    try {
      const header = Array.from({ length: MEMBERS }, (_, n) => member.s(n, 30));
      const sent = await chord(header, body.s()).delay();
      for (let kill = 0; kill < KILLS; kill++) {
        const target = Math.min(MEMBERS - 20, Math.floor(((kill + 1) * MEMBERS) / (KILLS + 2)));
        await expect.poll(() => lines().length, { timeout: 60_000, interval: 5 }).toBeGreaterThan(target);
        const [victim] = workers.splice(0, 1);
        victim!.kill('SIGKILL');
        workers.push(await start());
      }
      expect(await sent.get({ timeoutMs: 120_000 })).toBe((MEMBERS * (MEMBERS - 1)) / 2);
      // Whatever is still to come again has come by then.
      await sleep(LEASE_MS + 1_500);
      const ran = lines();
      expect(ran.filter((line) => line === 'body')).toHaveLength(1);
      expect(new Set(ran.filter((line) => line.startsWith('member'))).size).toBe(MEMBERS);
      console.log(`D2 ${store}: ${ran.length - 1 - MEMBERS} members ran again after ${KILLS} kills, body once`);
    } finally {
      for (const child of workers) child.kill('SIGKILL');
      await client.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
