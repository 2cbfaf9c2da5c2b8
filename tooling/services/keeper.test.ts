import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { stillRunning } from './process-tree.ts';
import { usePrivateService } from './use-service.ts';

const FIXTURE = join(import.meta.dirname, 'fixtures/start-redis.ts');
const MAIN = join(import.meta.dirname, 'main.ts');

async function firstLine(child: ChildProcess): Promise<string> {
  for await (const line of createInterface(child.stdout as Readable)) return line;
  throw new Error('it ended without a word');
}

it.for(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
  'servers end with the process that started them, when that is ended by %s',
  async (signal, { skip }) => {
    const probe = await usePrivateService('redis');
    if (probe.skipped !== undefined) return skip(probe.skipped);
    await probe.stop();
    const child = spawn(process.execPath, [FIXTURE], { stdio: ['ignore', 'pipe', 'inherit'] });
    const { pids, folder } = JSON.parse(await firstLine(child)) as { pids: readonly number[]; folder: string };
    expect(stillRunning(pids)).toEqual(pids);
    child.kill(signal);
    await expect.poll(() => stillRunning(pids), { timeout: 5_000 }).toEqual([]);
    await expect.poll(() => existsSync(folder), { timeout: 5_000 }).toBe(false);
  },
);

it('npm run services prints URLs that answer, and ends in order on a signal', async ({ skip }) => {
  const probe = await usePrivateService('redis');
  if (probe.skipped !== undefined) return skip(probe.skipped);
  await probe.stop();
  const child = spawn(process.execPath, [MAIN, '--json', 'redis'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const urls = JSON.parse(await firstLine(child)) as Record<string, string>;
  expect(urls['redis']).toMatch(/^redis:\/\/127\.0\.0\.1:\d+\/0$/);
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
});
