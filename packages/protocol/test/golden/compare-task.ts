import { expect } from 'vitest';
import { CompressionRegistry } from '../../src/compression-registry.ts';
import { argsRepr, kwargsRepr } from '../../src/python-repr.ts';
import type { RawMessage } from '../../src/raw-message.ts';
import { jsonSerializer } from '../../src/serializer.ts';
import { acceptList, SerializerRegistry } from '../../src/serializer-registry.ts';
import { decodeMessageBody, decodeTaskBodyOf, type TaskBody } from '../../src/task-body.ts';
import { encodeTaskMessage, type TaskCall } from '../../src/task-message.ts';
import { encodeTaskMessageV1 } from '../../src/task-message-v1.ts';
import { readTaskRequest, type TaskRequest } from '../../src/task-request.ts';
import { canonical } from './canonical.ts';
import type { LeftOutCheck } from './left-out.ts';

const serializers = new SerializerRegistry();
const compressions = new CompressionRegistry();
const accept = acceptList(['json'], serializers);

/** The body of any message as our registries decode it. */
export function decodedBody(message: RawMessage): unknown {
  return decodeMessageBody(message, { serializers, compressions, accept });
}

/** Reads a task message, then sends the same task again: headers, properties and body must come out the same. */
export function compareTask(message: RawMessage, isLeftOut: LeftOutCheck): void {
  const request = readTaskRequest(message, () => decodedBody(message));
  const body = decodeTaskBodyOf(message, request, serializers, accept, compressions);
  if (request.protocol === 1) {
    compareV1(message, request, body);
    return;
  }
  compareReprs(request, body, isLeftOut);
  if (!isLeftOut('rebuild')) compareRebuilt(message, request, body, isLeftOut);
}

function compareReprs(request: TaskRequest, body: TaskBody, isLeftOut: LeftOutCheck): void {
  if (request.argsrepr === '' || isLeftOut('repr')) return;
  expect([argsRepr(body.args), kwargsRepr(body.kwargs)]).toEqual([request.argsrepr, request.kwargsrepr]);
}

function compareRebuilt(message: RawMessage, request: TaskRequest, body: TaskBody, isLeftOut: LeftOutCheck): void {
  const call = callOf(message, request, body, isLeftOut);
  const compression = message.headers['compression'];
  const codec =
    typeof compression === 'string'
      ? { serializer: jsonSerializer, compression: compressions.byContentType(compression) }
      : { serializer: jsonSerializer };
  const expiration = message.properties.expiration;
  const now = expiration === undefined ? 0 : request.expiresMs! - Number(expiration);
  const again = encodeTaskMessage(call, codec, now);
  const { redelivered: _, ...headers } = message.headers;
  expect(isLeftOut('headers.lang')).toBe(true);
  expect(canonical({ ...again.headers, lang: headers['lang'] })).toBe(canonical(headers));
  const properties = isLeftOut('properties.priority') ? { priority: 0, ...message.properties } : message.properties;
  expect(sorted(again.properties)).toBe(sorted(properties));
  expect(canonical(decodedBody(again))).toBe(canonical(decodedBody(message)));
}

const ownHeaders: ReadonlySet<string> = new Set(
  `lang task id shadow eta expires group group_index retries timelimit root_id parent_id argsrepr kwargsrepr origin
   ignore_result compression redelivered`.split(/\s+/),
);

function callOf(message: RawMessage, request: TaskRequest, body: TaskBody, isLeftOut: LeftOutCheck): TaskCall {
  const custom = Object.entries(message.headers).filter(([name]) => !ownHeaders.has(name));
  const asText = isLeftOut('headers.eta');
  return {
    ...request,
    args: body.args,
    kwargs: body.kwargs,
    ...body.embed,
    eta: asText ? (message.headers['eta'] as string) : request.etaMs,
    expires: asText ? (message.headers['expires'] as string) : request.expiresMs,
    origin: request.origin!,
    ignoreResult: request.ignoreResult!,
    headers: Object.fromEntries(custom),
    replyTo: request.replyTo!,
    ...(message.properties.deliveryMode === undefined ? {} : { deliveryMode: message.properties.deliveryMode }),
    ...(message.properties.extra === undefined ? {} : { extraProperties: message.properties.extra }),
    properties: callerProperties(message),
    replacedTaskNesting: undefined as never,
    stampedHeaders: undefined as never,
    stamps: undefined as never,
  };
}

function callerProperties({ properties }: RawMessage): object {
  const {
    correlationId: _c,
    replyTo: _r,
    deliveryMode: _d,
    priority: _p,
    expiration: _e,
    extra: _x,
    ...rest
  } = properties;
  return rest;
}

/** Property names have no order of their own in memory. */
function sorted(properties: object): string {
  return canonical(Object.fromEntries(Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** Protocol 1 is only read. */
function compareV1(message: RawMessage, request: TaskRequest, body: TaskBody): void {
  const wire = decodedBody(message) as { [name: string]: unknown };
  expect(request).toMatchObject({
    task: wire['task'],
    id: wire['id'],
    rootId: wire['id'],
    parentId: null,
    utc: wire['utc'] ?? true,
  });
  expect(request.retries).toBe(wire['retries'] ?? 0);
  expect([request.timeLimitSeconds, request.softTimeLimitSeconds]).toEqual(wire['timelimit'] ?? [null, null]);
  expect(request.group).toBe(wire['taskset'] ?? wire['group'] ?? null);
  expect(request.groupIndex).toBe(wire['group_index'] ?? null);
  expect(request.etaMs === null).toBe((wire['eta'] ?? null) === null);
  expect(canonical(body.args)).toBe(canonical(wire['args']));
  expect(canonical(body.kwargs)).toBe(canonical(wire['kwargs']));
  for (const name of ['callbacks', 'errbacks', 'chord'] as const) {
    expect(canonical(body.embed[name])).toBe(canonical(wire[name] ?? null));
  }
  if (Object.hasOwn(wire, 'taskset')) compareRebuiltV1(message, request, body, wire);
}

/** A message that Celery wrote in full comes out the same. */
function compareRebuiltV1(
  message: RawMessage,
  request: TaskRequest,
  body: TaskBody,
  wire: { readonly [name: string]: unknown },
): void {
  const { expiration } = message.properties;
  const call: TaskCall = {
    task: request.task,
    id: request.id,
    args: body.args,
    kwargs: body.kwargs,
    eta: wire['eta'] as string | null,
    expires: wire['expires'] as string | null,
    group: request.group,
    groupIndex: request.groupIndex,
    retries: request.retries,
    timeLimitSeconds: request.timeLimitSeconds,
    softTimeLimitSeconds: request.softTimeLimitSeconds,
    origin: '',
    callbacks: body.embed.callbacks,
    errbacks: body.embed.errbacks,
    chord: body.embed.chord,
    properties: message.properties,
  };
  const now = expiration === undefined ? 0 : request.expiresMs! - Number(expiration);
  const again = encodeTaskMessageV1(call, { serializer: jsonSerializer }, now);
  expect(again.headers).toEqual({});
  expect(canonical(decodedBody(again))).toBe(canonical(wire));
  expect(sorted(again.properties)).toBe(sorted({ priority: 0, ...message.properties }));
}
