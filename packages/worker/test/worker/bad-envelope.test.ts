import { useService } from '@celeriac/tooling/services';
import { redisTransport } from '@celeriac/transport-redis';
import { listQuarantine } from '@celeriac/worker';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { newStage, taskMessage, until } from './stage.ts';

const server = await useService('redis');
const body = Buffer.from('[[], {}, null]').toString('base64');
const envelope = (parts: object): string =>
  JSON.stringify({
    body,
    'content-type': 'application/json',
    'content-encoding': 'utf-8',
    headers: { task: 'envelope.task', id: 'some-id' },
    properties: { body_encoding: 'base64', delivery_info: { exchange: '', routing_key: 'celery' }, delivery_tag: 't' },
    ...parts,
  });

describe.skipIf(server.skipped !== undefined)('items of a list that are no envelopes', () => {
  it.each([
    ['M1: text that is not JSON', 'not { json'],
    ['M1: empty text', ''],
    ['M1: a number', '7'],
    ['M1: null', 'null'],
    ['M1: a list', '[]'],
    ['M1: an object without anything', '{}'],
    ['M1: bytes', Buffer.from([0xff, 0xfe, 0x00, 0x80])],
    ['M3: a body that is not base64', envelope({ body: '!!!' })],
    ['M3: a body that is base64 of the URL alphabet', envelope({ body: 'W1td-_==' })],
    ['M3: a body that is no text', envelope({ body: { a: 1 } })],
    ['M3: an unknown body encoding', envelope({ properties: { body_encoding: 'rot13' } })],
    ['M12: headers that are a list', envelope({ headers: [] })],
    ['M2: properties that are text', envelope({ properties: 'x' })],
    ['M21: nested 100,000 levels', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ])('%s is kept, named once, and the next message runs', async (_what, item) => {
    const { stage, redis, prefix } = await redisStage();
    const good = stage.app.task('envelope.good', () => 'good');
    const worker = await stage.start();
    await redis.lpush(`${prefix}celery`, item);
    expect(await (await good.delay()).get({ timeoutMs: 5000 })).toBe('good');
    await until(() => worker.stats().quarantined === 1, 'it is put aside');
    await worker.whenIdle();
    const [kept, ...more] = await listQuarantine(stage.app);
    expect([more.length, Buffer.from(kept!.body).equals(Buffer.from(item))]).toEqual([0, true]);
    expect(stage.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    expect(await redis.exists(`${prefix}unacked`, `${prefix}celery`)).toBe(0);
  });

  it.each([
    ['M2: no properties', envelope({ properties: undefined, body: '[[], {}, null]' })],
    ['M2: no delivery info, no delivery tag', envelope({ properties: { body_encoding: 'base64' } })],
    ['M2: delivery info that is text', envelope({ properties: { body_encoding: 'base64', delivery_info: 'x' } })],
  ])('%s is harmless, and runs', async (_what, item) => {
    const { stage, redis, prefix } = await redisStage();
    let runs = 0;
    stage.app.task('envelope.task', () => ++runs);
    const worker = await stage.start();
    await redis.lpush(`${prefix}celery`, item);
    await until(() => runs === 1, 'it runs');
    await worker.whenIdle();
    expect(worker.stats()).toMatchObject({ succeeded: 1, quarantined: 0 });
  });

  it('M13: an id that is written like a command reaches no key but its own', async () => {
    const { stage, redis, prefix } = await redisStage();
    stage.app.task('envelope.task', () => 'ran');
    await stage.start();
    const id = "a*b[c]?\r\nSET x 1\r\n' ; ../../x";
    await stage.publish(taskMessage('envelope.task', { headers: { id } }));
    expect(await stage.app.result(id).get({ timeoutMs: 5000 })).toBe('ran');
    expect(await redis.keys(`${prefix.replaceAll('-', '\\-')}celery-task-meta-*`)).toEqual([
      `${prefix}celery-task-meta-${id}`,
    ]);
    expect(await redis.exists('x')).toBe(0);
  });

  it('M39: a queue name with the separator of priorities is refused where it is declared', async () => {
    const transport = redisTransport({ url: serverUrl() });
    await transport.connect();
    onTestFinished(() => transport.close());
    await expect(transport.declare({ queues: [{ name: 'celery\u0006\u00163' }] })).rejects.toMatchObject({
      code: 'CLR_CHANNEL',
    });
  });
});

function serverUrl(): string {
  if (server.skipped !== undefined) throw new Error(server.skipped);
  return server.url;
}

async function redisStage() {
  const stage = await newStage('redis');
  const redis = new Redis(serverUrl());
  onTestFinished(() => redis.disconnect());
  const prefix = String(stage.runtime.settings.brokerTransportOptions['global_keyprefix']);
  return { stage, redis, prefix };
}
