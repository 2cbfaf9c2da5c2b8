import { PackageNotInstalledError } from '@celeriac/core';
import { usePrivateService } from '@celeriac/tooling/services';
import { describe, expect, test } from 'vitest';
import { newStage, type Stage, until } from './stage.ts';

/** Starts a worker with health endpoints. @returns what asks them */
async function withHealth(stage: Stage): Promise<{
  readonly base: string;
  readonly get: (path: string) => Promise<{ status: number; body: Record<string, unknown> }>;
  readonly stop: () => Promise<void>;
}> {
  const worker = await stage.start({ healthPort: 0 });
  const line = stage.lines.find(({ message }) => message.startsWith('Health endpoints'))!;
  const base = /http:\/\/[^/]+/.exec(line.message)![0];
  return {
    base,
    get: async (path) => {
      const response = await fetch(base + path, { signal: AbortSignal.timeout(10_000) });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
    stop: () => worker.stop(1000),
  };
}

describe('health endpoints', () => {
  test('a worker that reads its queues lives and is ready', async () => {
    const stage = await newStage();
    const { get } = await withHealth(stage);
    expect(await get('/health/live')).toMatchObject({ status: 200, body: { live: true, phase: 'running' } });
    expect(await get('/health/ready')).toMatchObject({ status: 200, body: { ready: true, active: 0 } });
    expect((await get('/elsewhere')).status).toBe(404);
  });

  test('anything but reading is refused', async () => {
    const stage = await newStage();
    const { base } = await withHealth(stage);
    const response = await fetch(`${base}/health/live`, { method: 'POST' });
    expect(response.status).toBe(405);
  });

  test('/metrics says what to install where prom-client is missing', async () => {
    const stage = await newStage();
    const missing = new PackageNotInstalledError('prom-client', '/metrics', 'pnpm add prom-client');
    Object.defineProperty(stage.runtime, 'loadOptionalPackage', {
      value: () => {
        throw missing;
      },
    });
    const { get } = await withHealth(stage);
    expect(await get('/metrics')).toEqual({
      status: 501,
      body: { error: expect.stringContaining('prom-client'), hint: 'Run: pnpm add prom-client' },
    });
  });

  test('/metrics counts tasks', async () => {
    const stage = await newStage();
    const add = stage.app.task('tasks.add', (x: number, y: number) => x + y);
    const { base } = await withHealth(stage);
    await (await add.delay(1, 2)).get({ timeoutMs: 5000 });
    let text = '';
    await until(async () => {
      text = await (await fetch(`${base}/metrics`)).text();
      return /celeriac_tasks_succeeded_total\{[^}]*\} 1\n/.test(text);
    }, 'a task that succeeded is counted');
    expect(text).toMatch(/celeriac_tasks_started_total\{[^}]*task="tasks\.add"[^}]*\} 1\n/);
    expect(text).toMatch(/celeriac_pool_slots\{worker="celery@[^"]+"\} 4\n/);
  });

  test('a port that is taken is an option that is wrong', async () => {
    const stage = await newStage();
    const { base } = await withHealth(stage);
    const other = await newStage();
    await expect(other.start({ healthPort: Number(new URL(base).port) })).rejects.toMatchObject({
      code: 'CLR_WORKER_OPTION',
    });
  });
});

const server = await usePrivateService('redis');
describe.skipIf(server.skipped !== undefined)('with a broker that goes away', () => {
  test('E7: live stays 200, ready is 503 within 10 s while the broker is frozen, and 200 again after', async () => {
    if (server.skipped !== undefined) return;
    const stage = await newStage('memory', { brokerUrl: server.url, resultBackend: server.url });
    const { get } = await withHealth(stage);
    expect((await get('/health/ready')).status).toBe(200);
    await server.kill('SIGSTOP');
    const frozenAt = performance.now();
    await until(async () => (await get('/health/ready')).status === 503, 'the worker is not ready', 20_000);
    expect(performance.now() - frozenAt).toBeLessThan(10_000);
    expect((await get('/health/live')).status).toBe(200);
    await server.kill('SIGCONT');
    await until(async () => (await get('/health/ready')).status === 200, 'the worker is ready again', 30_000);
    await server.stop();
  });
});
