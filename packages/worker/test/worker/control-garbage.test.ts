import { Celeriac } from '@celeriac/core';
import { uuid } from '@celeriac/protocol';
import { describe, expect, it } from 'vitest';
import { ANSWERS, NODE, REPLY, said } from './control-answers.ts';
import { newStage, taskMessage } from './stage.ts';

describe('garbage', () => {
  const cases: readonly (readonly [what: string, body: unknown, headers?: { readonly [name: string]: unknown }])[] = [
    ['no object', [1, 2]],
    ['no method', {}],
    ['a method that is no text', { method: { a: 1 } }],
    ['a method of 1 MB', { method: 'x'.repeat(1_000_000) }],
    [
      'a destination of 1 MB',
      { method: 'ping', destination: Array.from({ length: 40_000 }, () => 'node@with.a.long.name') },
    ],
    ['a destination that is no list', { method: 'ping', destination: 'w1@host1' }],
    ['arguments that are no object', { method: 'ping', arguments: [1] }],
    ['reply_to without a key', { method: 'ping', reply_to: {} }],
    ['reply_to that is text', { method: 'ping', reply_to: 'there' }],
    ['a reply exchange that does not exist', { method: 'ping', reply_to: { exchange: 'nowhere', routing_key: 'x' } }],
    ['an expression that never ends', { method: 'ping', pattern: `${'(a|a?)+'.repeat(20)}!$`, matcher: 'pcre' }],
    ['an expression that is none', { method: 'ping', pattern: '(', matcher: 'pcre' }],
    ['an unknown matcher', { method: 'ping', pattern: '*', matcher: 'constructor' }],
    ['arguments called __proto__', JSON.parse('{"method":"ping","arguments":{"__proto__":{"polluted":true}}}')],
    ['a clock that is none', { method: 'ping' }, { clock: 1e308, expires: 'x' }],
  ];

  it.each(cases)('%s: one line at most, and the worker answers on', async (_what, body, headers = { clock: 1 }) => {
    const stage = await newStage('memory');
    await stage.start({ hostname: NODE });
    const transport = await stage.connect();
    const message = { ...taskMessage('x', { body }), headers: headers as { readonly [name: string]: unknown } };
    const [refused] = await transport.publish([{ exchange: 'celery.pidbox', routingKey: '', message }]);
    expect(refused).toBeUndefined();
    expect(await said(stage.app.control.ping({ ...ANSWERS }))).toEqual({ ok: 'pong' });
    expect(stage.lines.filter(({ level }) => level === 'warning' || level === 'error').length).toBeLessThanOrEqual(1);
    expect(stage.runtime.lamport.value).toBeLessThan(100);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('bytes that are no JSON, and content that is not accepted', async () => {
    const stage = await newStage('memory');
    await stage.start({ hostname: NODE });
    const transport = await stage.connect();
    for (const message of [
      taskMessage('x', { bytes: Buffer.from([0xff, 0xfe, 0]) }),
      taskMessage('x', { contentType: 'application/x-python-serialize' }),
    ]) {
      await transport.publish([{ exchange: 'celery.pidbox', routingKey: '', message }]);
    }
    expect(await said(stage.app.control.ping({ ...ANSWERS }))).toEqual({ ok: 'pong' });
    expect(stage.lines.filter(({ message }) => message.includes('cannot be read'))).toHaveLength(2);
  });

  it('replies that come too late, or that nobody asked for, are dropped in silence', async () => {
    const stage = await newStage('memory');
    stage.app.controlCommands.define('slow', {}, () => new Promise((resolve) => setTimeout(resolve, 300, 'late')));
    await stage.start({ hostname: NODE });
    const { control } = stage.app;
    expect(await control.broadcast('slow', { reply: true, timeoutMs: 20 })).toEqual([]);
    const startedMs = performance.now();
    expect(await said(control.broadcast('slow', { ...REPLY }))).toBe('late');
    expect(performance.now() - startedMs).toBeGreaterThan(250);
    expect(stage.lines.filter(({ level }) => level === 'warning' || level === 'error')).toEqual([]);
  });
});

it('a caller learns that the broker is away, and that a command needs a name', async () => {
  const app = new Celeriac('x', {
    brokerUrl: `sqlite:///${uuid()}/missing/folder/x.db`,
    taskPublishRetry: false,
    configFile: false,
    environment: {},
  });
  await expect(app.control.ping({ timeoutMs: 100 })).rejects.toMatchObject({ code: expect.stringMatching(/^CLR_/) });
  await expect(app.control.broadcast('')).rejects.toMatchObject({ code: 'CLR_INVALID_CALL', option: 'command' });
  await expect(app.control.ping({ timeoutMs: Number.NaN })).rejects.toMatchObject({ option: 'timeoutMs' });
  await app.close();
});
