import { createServer } from 'node:net';
import { useService } from '@celeriac/tooling/services';
import { describe, expect, it, onTestFinished } from 'vitest';
import { EventFleet } from '../src/event-fleet.ts';
import { virtualEnvironment } from '../src/virtual-environment.ts';

const redis = await useService('redis');
const flower = redis.skipped === undefined ? await virtualEnvironment('flower', ['flower', 'celery[redis]']) : redis;
if ('skipped' in flower && flower.skipped !== undefined) console.warn(`Flower is skipped: ${flower.skipped}`);

interface FlowerWorker {
  readonly status: boolean;
  readonly stats: { readonly total: { readonly [task: string]: number } };
  readonly active_queues: readonly { readonly name: string }[];
  readonly registered: readonly string[];
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { readonly port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('Flower', { timeout: 180_000 }, () => {
  it("shows Celeriac's worker and its tasks by its API", async (context) => {
    if (redis.skipped !== undefined) return context.skip(redis.skipped);
    if (!('python' in flower)) return context.skip(flower.skipped);
    const stack = { name: 'Redis', broker: redis.url, backend: redis.url, isAmqp: false, isRpc: false };
    const fleet = new EventFleet(stack, { label: 'newest', python: flower.python });
    onTestFinished(() => fleet.stop());
    await fleet.start();
    await fleet.celeriacWorker('ts');
    const port = await freePort();
    const program = fleet.python(
      ['-m', 'celery', '-A', 'interop_app', 'flower', '--address=127.0.0.1', `--port=${port}`],
      { FLOWER_UNAUTHENTICATED_API: 'true' },
    );
    await program.saying(/Connected to|Visit me at/, 60_000);
    const get = async (path: string): Promise<unknown> => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return response.ok ? await response.json() : undefined;
    };
    const node = fleet.node('ts');
    let workers: { readonly [node: string]: FlowerWorker } | undefined;
    const refresh = async (): Promise<boolean> => {
      workers = (await get('/api/workers?refresh=true').catch(() => undefined)) as typeof workers;
      return workers?.[node]?.active_queues !== undefined;
    };
    await fleet.until(refresh, 'Flower knows the worker', 60_000);
    expect(workers![node]!.active_queues.map(({ name }) => name)).toEqual([fleet.config.celeriacQueue]);
    expect(workers![node]!.registered.join()).toContain('interop.add');
    const { id } = await fleet.app.sendTask('interop.add', [1, 2], { queue: fleet.config.celeriacQueue });
    let task: unknown;
    const isShown = async (): Promise<boolean> => {
      task = ((await get('/api/tasks')) as { readonly [id: string]: unknown } | undefined)?.[id];
      return (task as { readonly state?: string } | undefined)?.state === 'SUCCESS';
    };
    await fleet.until(isShown, 'Flower knows the task', 30_000);
    expect(task).toMatchObject({ name: 'interop.add', args: '(1, 2)', result: '3', worker: node, state: 'SUCCESS' });
    expect(await get('/api/workers?status=true')).toMatchObject({ [node]: true });
  });
});
