import { expect } from 'vitest';
import {
  decodeControlReply,
  decodeControlRequest,
  encodeControlReply,
  encodeControlRequest,
} from '../../src/control.ts';
import { decodeEnvelope, encodeEnvelope } from '../../src/envelope.ts';
import { decodeEvents, encodeEvent, eventRoutingKey } from '../../src/events.ts';
import { decodeJson, encodeJson } from '../../src/json.ts';
import type { RawMessage } from '../../src/raw-message.ts';
import { encodeResultMeta, encodeRpcResult, parseResultMeta } from '../../src/result-codec.ts';
import { canonical, untag } from './canonical.ts';
import { compareTask, decodedBody } from './compare-task.ts';
import type { LeftOutCheck } from './left-out.ts';
import { bytesOf, type Capture } from './samples.ts';

/** Opens an envelope, closes it again, and compares what is in it. */
export function compareEnvelope(text: string, capture: Capture, isLeftOut: LeftOutCheck): void {
  const opened = decodeEnvelope(text);
  const expected = decodeJson(text) as { readonly [name: string]: unknown };
  if (capture.envelope !== undefined) {
    const { body: _, ...rest } = expected;
    expect(canonical(rest)).toBe(canonical(capture.envelope));
  }
  const again = encodeEnvelope(opened.message, opened);
  if (!isLeftOut('envelope')) expect(canonical(decodeJson(again))).toBe(canonical(expected));
  if (capture.body_raw !== undefined) {
    expect(Buffer.from(opened.message.body).equals(bytesOf(capture.body_raw))).toBe(true);
  }
  compareContent(opened.message, opened, capture, isLeftOut);
}

/** A message of a broker that has headers and properties of its own. */
export function compareFrame(capture: Capture, isLeftOut: LeftOutCheck): void {
  const wire = capture.properties!;
  const message: RawMessage = {
    body: bytesOf(capture.body_raw!),
    contentType: wire['content_type'] as string,
    contentEncoding: wire['content_encoding'] as string,
    headers: (wire['application_headers'] ?? {}) as RawMessage['headers'],
    properties: {
      ...(wire['correlation_id'] === undefined ? {} : { correlationId: wire['correlation_id'] as string }),
      ...(wire['reply_to'] === undefined ? {} : { replyTo: wire['reply_to'] as string }),
      ...(wire['delivery_mode'] === undefined ? {} : { deliveryMode: wire['delivery_mode'] as 1 | 2 }),
      ...(wire['priority'] === undefined ? {} : { priority: wire['priority'] as number }),
      ...(wire['expiration'] === undefined ? {} : { expiration: wire['expiration'] as string }),
    },
  };
  const route = { exchange: capture.args!['exchange'] as string, routingKey: capture.args!['routing_key'] as string };
  compareContent(message, route, capture, isLeftOut);
}

interface Route {
  readonly exchange: string;
  readonly routingKey: string;
}

function compareContent(message: RawMessage, route: Route, capture: Capture, isLeftOut: LeftOutCheck): void {
  if (isLeftOut('body')) return;
  const body = decodedBody(message);
  if (capture.body !== undefined) expect(canonical(body)).toBe(canonical(untag(capture.body)));
  expect(canonical(decodeJson(encodeJson(body)))).toBe(canonical(body));
  if (isLeftOut('content')) return;
  if (route.exchange === 'celeryev') compareEvents(body, route.routingKey);
  else if (route.exchange.startsWith('reply.')) compareReply(body);
  else if (route.exchange.endsWith('.pidbox')) compareRequest(body);
  else if (isRpcResult(body)) compareRpcResult(body);
  else compareTask(message, isLeftOut);
}

function compareEvents(body: unknown, routingKey: string): void {
  const { events, ignored } = decodeEvents(body);
  expect(ignored).toBe(0);
  const again = events.map(encodeEvent);
  expect(canonical(Array.isArray(body) ? again : again[0])).toBe(canonical(body));
  if (!Array.isArray(body)) expect(eventRoutingKey(events[0]!.type)).toBe(routingKey);
}

function compareRequest(body: unknown): void {
  expect(canonical(encodeControlRequest(decodeControlRequest(body)))).toBe(canonical(body));
}

function compareReply(body: unknown): void {
  const replies = decodeControlReply(body);
  expect(replies).toHaveLength(1);
  expect(canonical(encodeControlReply(replies[0]!))).toBe(canonical(body));
}

function isRpcResult(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'task_id' in body && 'status' in body;
}

function compareRpcResult(body: unknown): void {
  expect(canonical(encodeRpcResult(parseResultMeta(body)))).toBe(canonical(body));
}

/** A stored result, by its text. */
export function compareResult(text: string, expected: unknown): void {
  const value = decodeJson(text);
  if (expected !== undefined) expect(canonical(value)).toBe(canonical(untag(expected)));
  expect(canonical(encodeResultMeta(parseResultMeta(value)))).toBe(canonical(value));
}
