import { readFileSync } from 'node:fs';
import { type ControlRequest, decodeControlRequest, LamportClock, SerializerRegistry } from '@celeriac/protocol';
import { describe, expect, test } from 'vitest';
import { settingTable } from '../settings/setting-table.ts';
import type { Settings } from '../settings/settings.ts';
import { commandMessage, replyMessage } from './control-message.ts';
import { commandTopology, nodeQueue, replyQueue } from './control-queues.ts';
import { revokedSeconds } from './revoked-seconds.ts';

const settings = Object.fromEntries(
  Object.entries(settingTable).map(([name, { default: fallback }]) => [name, fallback]),
) as unknown as Settings;

/** What Celery 5.2.6 sent and answered. */
interface Sample {
  readonly request: readonly [Captured];
  readonly replies: readonly [Captured];
}
interface Captured {
  readonly channel?: string;
  readonly envelope: {
    readonly headers: { readonly clock: number; readonly expires: number; readonly ticket?: string };
    readonly properties: {
      readonly delivery_mode: 1 | 2;
      readonly delivery_info: { readonly exchange: string; readonly routing_key: string };
    };
    readonly 'content-type': string;
    readonly 'content-encoding': string;
  };
  readonly body: { readonly [name: string]: unknown };
}

function sample(name: string): Sample {
  const file = new URL(`../../../protocol/test/golden/fixtures/control/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Sample;
}

const codecAt = (clock: number) => ({
  settings,
  serializers: new SerializerRegistry(),
  lamport: new LamportClock(clock - 1),
});

const decoded = (body: Uint8Array): unknown => JSON.parse(Buffer.from(body).toString());

test.each(['ping', 'ping-pattern', 'ping-destination', 'revoke-many', 'query_task'])(
  '%s is sent as Celery sends it',
  (name) => {
    const [captured] = sample(name).request;
    const { headers, properties } = captured.envelope;
    const request: ControlRequest = decodeControlRequest(captured.body);
    const { exchange, routingKey, message } = commandMessage(request, headers.expires * 1000, codecAt(headers.clock));
    expect({ exchange, routing_key: routingKey }).toEqual(properties.delivery_info);
    expect(message.headers['clock']).toBe(headers.clock);
    expect(message.headers['expires']).toBeCloseTo(headers.expires, 3);
    expect(message.properties).toEqual({ deliveryMode: properties.delivery_mode });
    expect([message.contentType, message.contentEncoding]).toEqual([
      captured.envelope['content-type'],
      captured.envelope['content-encoding'],
    ]);
    expect(decoded(message.body)).toEqual(captured.body);
    expect(Object.keys(decoded(message.body) as object)).toEqual(Object.keys(captured.body));
  },
);

test('a reply is sent as Celery sends it', () => {
  const { request, replies } = sample('ping');
  const [{ envelope, body }] = replies;
  const { replyTo, ticket = null } = decodeControlRequest(request[0].body);
  const reply = { node: 'w1@host1', value: { ok: 'pong' } };
  const { exchange, routingKey, message } = replyMessage(reply, replyTo!, ticket, codecAt(envelope.headers.clock));
  expect({ exchange, routing_key: routingKey }).toEqual(envelope.properties.delivery_info);
  expect(message.headers).toEqual(envelope.headers);
  expect(message.properties).toEqual({ deliveryMode: 1 });
  expect(decoded(message.body)).toEqual(body);
});

test('a command that nobody answers never expires', () => {
  const request = decodeControlRequest({ method: 'heartbeat' });
  expect(commandMessage(request, undefined, codecAt(5)).message.headers).toEqual({ clock: 5, expires: 0 });
});

describe('queues', () => {
  test('are declared as Celery 5.7 declares them', () => {
    const flags = {
      durable: false,
      exclusive: true,
      autoDelete: true,
      arguments: { 'x-expires': 10_000, 'x-message-ttl': 300_000 },
    };
    expect(nodeQueue('w1@host1', settings)).toEqual({
      name: 'w1@host1.celery.pidbox',
      topology: {
        exchanges: [{ name: 'celery.pidbox', type: 'fanout', durable: false }],
        queues: [{ name: 'w1@host1.celery.pidbox', ...flags }],
        bindings: [{ exchange: 'celery.pidbox', queue: 'w1@host1.celery.pidbox', routingKey: '' }],
      },
    });
    expect(replyQueue('me', settings)).toEqual({
      name: 'me.reply.celery.pidbox',
      topology: {
        exchanges: [{ name: 'reply.celery.pidbox', type: 'direct', durable: false }],
        queues: [{ name: 'me.reply.celery.pidbox', ...flags }],
        bindings: [{ exchange: 'reply.celery.pidbox', queue: 'me.reply.celery.pidbox', routingKey: 'me' }],
      },
    });
  });

  test('as the settings say', () => {
    const own = { ...settings, controlExchange: 'ours', controlQueueExclusive: false, controlQueueDurable: true };
    const limits = { controlQueueExpires: 0.5, controlQueueTtl: 7 };
    expect(commandTopology(own).exchanges?.[0]?.name).toBe('ours.pidbox');
    expect(nodeQueue('n', { ...own, ...limits }).topology.queues).toEqual([
      {
        name: 'n.ours.pidbox',
        durable: true,
        exclusive: false,
        autoDelete: false,
        arguments: { 'x-expires': 500, 'x-message-ttl': 7000 },
      },
    ]);
  });
});

test('times of revoked ids are floats, whatever they were', () => {
  expect(
    JSON.stringify(
      revokedSeconds(
        new Map([
          ['a', 12],
          ['__proto__', 1.5],
        ]),
      ),
    ),
  ).toBe('{"a":[12.000001,"a"],"__proto__":[1.5,"__proto__"]}');
});
