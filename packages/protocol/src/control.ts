import { encodeJson } from './json.ts';
import { clampClock } from './lamport-clock.ts';
import { describeType, emptyRecord, isRecord, type PlainRecord, toRecord } from './plain-record.ts';
import { InvalidMessageError } from './protocol-errors.ts';
import type { MessageHeaders } from './raw-message.ts';

/** Where a reply goes. */
export interface ReplyAddress {
  readonly exchange: string;
  readonly routingKey: string;
}

/** A remote control command. @see kombu/pidbox.py */
export interface ControlRequest {
  readonly method: string;
  readonly arguments: { readonly [name: string]: unknown };
  /** Node names; null for all. */
  readonly destination: readonly string[] | null;
  readonly pattern: string | null;
  readonly matcher: string | null;
  /** Set when a reply is wanted. */
  readonly ticket?: string;
  readonly replyTo?: ReplyAddress;
}

/** The headers of a control request. */
export interface ControlRequestHeaders {
  readonly clock: number;
  /** Unix seconds; 0 for never. */
  readonly expires: number;
}

/** What a node answers. */
export interface ControlReply {
  readonly node: string;
  readonly value: unknown;
}

/** The body of a control request, in Celery's order. */
export function encodeControlRequest(request: ControlRequest): PlainRecord {
  const body: PlainRecord = {
    method: request.method,
    arguments: request.arguments,
    destination: request.destination,
    pattern: request.pattern,
    matcher: request.matcher,
  };
  if (request.ticket !== undefined) body['ticket'] = request.ticket;
  if (request.replyTo !== undefined) {
    body['reply_to'] = { exchange: request.replyTo.exchange, routing_key: request.replyTo.routingKey };
  }
  return body;
}

/** The body of a reply: one node name and its answer. */
export function encodeControlReply(reply: ControlReply): PlainRecord {
  const body = emptyRecord();
  body[reply.node] = reply.value;
  return body;
}

const LONGEST_NAME = 255;
const MOST_DESTINATIONS = 10_000;

/**
 * Reads a control request. The verb is any name here: look it up in a Map. Arguments are null-prototype.
 * @throws {InvalidMessageError} naming the field: the method, arguments, destination or reply_to have the wrong type,
 *   or a pattern, a name or the list of destinations is too long
 */
export function decodeControlRequest(body: unknown): ControlRequest {
  if (!isRecord(body)) throw new InvalidMessageError('control', `must be an object, not ${describeType(body)}`);
  const replyTo = readReplyAddress(body['reply_to']);
  const ticket = readName(body['ticket'], 'ticket');
  return {
    method: requireName(body['method'], 'method'),
    arguments: readArguments(body['arguments']),
    destination: readDestination(body['destination']),
    pattern: readName(body['pattern'], 'pattern'),
    matcher: readName(body['matcher'], 'matcher'),
    ...(ticket === null ? {} : { ticket }),
    ...(replyTo === undefined ? {} : { replyTo }),
  };
}

/** The clock and expiry of a request or a reply; 0 where they are missing or odd. */
export function decodeControlHeaders(
  headers: MessageHeaders,
): ControlRequestHeaders & { readonly ticket: string | null } {
  const expires = headers['expires'];
  return {
    clock: clampClock(headers['clock']),
    expires: typeof expires === 'number' && expires > 0 && Number.isFinite(expires) ? expires : 0,
    ticket: typeof headers['ticket'] === 'string' ? headers['ticket'] : null,
  };
}

/** The answers in the body of a reply, usually one. Anything but an object has none. */
export function decodeControlReply(body: unknown): ControlReply[] {
  if (!isRecord(body)) return [];
  return Object.entries(body).map(([node, value]) => ({ node, value }));
}

/**
 * A number as JSON text that Python reads as a float: `2207` → `2207.0`. Python nodes refuse the revoked list of a
 * hello whose times are ints.
 */
export function pythonFloatText(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : encodeJson(value);
}

/**
 * The value of a reply to `hello`, as JSON text whose times are floats.
 * @param revoked - revoked ids with their time in seconds of the node's monotonic clock
 * @see celery/worker/control.py hello
 */
export function helloReplyText(revoked: ReadonlyMap<string, number>, clock: number): string {
  return `{"revoked":${revokedText(revoked)},"clock":${clampClock(clock)}}`;
}

/** The arguments of a `hello` request, as JSON text whose times are floats. */
export function helloArgumentsText(fromNode: string, revoked: ReadonlyMap<string, number>): string {
  return `{"from_node":${JSON.stringify(fromNode)},"revoked":${revokedText(revoked)}}`;
}

function revokedText(revoked: ReadonlyMap<string, number>): string {
  const entries = [...revoked].map(([id, seconds]) => {
    const name = JSON.stringify(id);
    return `${name}:[${pythonFloatText(seconds)},${name}]`;
  });
  return `{${entries.join(',')}}`;
}

/** Revoked ids with their times out of a hello of either direction: `{id: [time, id]}`, `{id: time}` or a list of ids. */
export function decodeRevoked(value: unknown): Map<string, number> {
  const revoked = new Map<string, number>();
  if (Array.isArray(value)) {
    for (const id of value) if (typeof id === 'string') revoked.set(id, 0);
  } else if (isRecord(value)) {
    for (const [id, entry] of Object.entries(value)) {
      const time: unknown = Array.isArray(entry) ? entry[0] : entry;
      revoked.set(id, typeof time === 'number' && Number.isFinite(time) ? time : 0);
    }
  }
  return revoked;
}

function readArguments(value: unknown): PlainRecord {
  if (value === undefined || value === null) return emptyRecord();
  if (!isRecord(value)) throw new InvalidMessageError('arguments', `must be an object, not ${describeType(value)}`);
  return toRecord(value);
}

function readDestination(value: unknown): readonly string[] | null {
  if (value === undefined || value === null) return null;
  if (!Array.isArray(value) || !value.every((node) => typeof node === 'string')) {
    throw new InvalidMessageError('destination', 'must be a list of node names or null');
  }
  if (value.length > MOST_DESTINATIONS) throw new InvalidMessageError('destination', 'is too long');
  return value;
}

function readReplyAddress(value: unknown): ReplyAddress | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isRecord(value)) throw new InvalidMessageError('reply_to', `must be an object, not ${describeType(value)}`);
  return {
    exchange: readName(value['exchange'], 'reply_to.exchange') ?? '',
    routingKey: requireName(value['routing_key'], 'reply_to.routing_key'),
  };
}

function readName(value: unknown, field: string): string | null {
  if (value === undefined || value === null) return null;
  return requireName(value, field);
}

function requireName(value: unknown, field: string): string {
  if (typeof value !== 'string') throw new InvalidMessageError(field, `must be text, not ${describeType(value)}`);
  if (value.length > LONGEST_NAME) throw new InvalidMessageError(field, 'is too long');
  return value;
}
