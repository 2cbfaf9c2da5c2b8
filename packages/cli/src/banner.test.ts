import { expect, it } from 'vitest';
import { type BannerFacts, bannerText } from './banner.ts';

const facts: BannerFacts = {
  nodeName: 'w1@box',
  version: '1.2.3',
  platform: 'linux x64, Node 24.21.0',
  app: 'proj (/srv/tasks.ts)',
  transport: 'redis://:**@cache/0',
  results: undefined,
  concurrency: 4,
  pool: 'prefork',
  taskEvents: false,
  queues: [
    { name: 'celery', exchange: 'celery', exchangeType: 'direct', routingKey: 'celery' },
    { name: 'logs', exchange: 'logs', exchangeType: 'topic', routingKey: 'app.#' },
  ],
  tasks: undefined,
};

it('tells what a worker reads and where', () => {
  expect(bannerText(facts)).toBe(`
w1@box  celeriac 1.2.3 (linux x64, Node 24.21.0)

  app          proj (/srv/tasks.ts)
  transport    redis://:**@cache/0
  results      disabled
  concurrency  4 (prefork)
  task events  off (-E turns them on)

queues
  celery  exchange=celery(direct) key=celery
  logs  exchange=logs(topic) key=app.#

`);
});

it('lists the tasks when asked to', () => {
  expect(bannerText({ ...facts, tasks: ['proj.add', 'proj.mul'] })).toContain('\ntasks\n  proj.add\n  proj.mul\n');
});
