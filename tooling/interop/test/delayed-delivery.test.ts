import { setTimeout as sleep } from 'node:timers/promises';
import { useService } from '@celeriac/tooling/services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CeleryRelease } from '../src/newest-celery.ts';
import { DIRECTIONS, Scene } from '../src/scene.ts';
import { Setup } from '../src/setup.ts';

const COUNTDOWN = 3;
/** Whole seconds only, and Python cuts off the rest: the worker holds that. */
const SLACK = 0.02;

const releases = JSON.parse(process.env['INTEROP_RELEASES'] ?? '[]') as readonly CeleryRelease[];
const release = releases.find(({ label }) => label === 'newest');
const [rabbitmq, redis] = [await useService('rabbitmq'), await useService('redis')];
const skipped = rabbitmq.skipped ?? redis.skipped ?? (release === undefined ? 'no Celery' : release.skipped);

// Celery before 5.5 does not know of it.
describe.skipIf(skipped !== undefined)(`RabbitMQ with quorum queues, Celery ${release?.version}`, () => {
  if (rabbitmq.skipped !== undefined || redis.skipped !== undefined || release === undefined) return;
  let setup: Setup;
  beforeAll(async () => {
    const stack = { name: 'quorum', broker: rabbitmq.url, backend: redis.url, isAmqp: true, isRpc: false } as const;
    setup = await Setup.start({ stack: { ...stack, isQuorum: true }, release, pool: 'async' });
  });
  afterAll(() => setup?.stop());

  for (const direction of DIRECTIONS) {
    it(`${direction}: the broker holds a task until its time, not the worker`, async () => {
      const scene = new Scene(setup, direction);
      expect((await scene.call('add', [1, 2])).value).toBe(3);
      const begun = Date.now() / 1000;
      const id = await scene.send('clock', [], { options: { countdown: COUNTDOWN } });
      await sleep(500);
      const node = setup.nodeOf(scene.worker);
      for (const command of ['scheduled', 'reserved']) {
        expect(await setup.python.broadcast(command, {}, node)).toEqual([{ [node]: [] }]);
      }
      expect(((await scene.value(id)) as number) - begun).toBeGreaterThan(COUNTDOWN - SLACK);
    });
  }
});
