import type { Compression } from './compression.ts';
import { isoTime, parseIsoTime } from './iso-time.ts';
import { EncodeError } from './protocol-errors.ts';
import { argsRepr, kwargsRepr } from './python-repr.ts';
import type { MessageProperties, RawMessage } from './raw-message.ts';
import type { Serializer } from './serializer.ts';
import { embedOf } from './signature-codec.ts';
import type { SignatureJson } from './signature-json.ts';

/** Headers of protocol 2 by wire name, in Celery's order. The last three since Celery 5.3. */
export interface TaskHeaders {
  readonly lang: string;
  readonly task: string;
  readonly id: string;
  readonly shadow: string | null;
  readonly eta: string | null;
  readonly expires: string | null;
  readonly group: string | null;
  readonly group_index: number | null;
  readonly retries: number;
  /** Hard limit first, in seconds. */
  readonly timelimit: readonly [number | null, number | null];
  readonly root_id: string;
  readonly parent_id: string | null;
  readonly argsrepr: string;
  readonly kwargsrepr: string;
  readonly origin: string;
  readonly ignore_result: boolean;
  readonly replaced_task_nesting?: number;
  readonly stamped_headers?: readonly string[] | null;
  readonly stamps?: { readonly [name: string]: unknown };
}

/** One task to be sent, routed already. */
export interface TaskCall {
  readonly task: string;
  readonly id: string;
  readonly args: readonly unknown[];
  readonly kwargs: { readonly [name: string]: unknown };
  /** Name to show instead of the task's. */
  readonly shadow?: string | null;
  /** Not before: Unix milliseconds, or ISO text that goes out as it is. */
  readonly eta?: number | string | null;
  /** Not after: Unix milliseconds, or ISO text that goes out as it is. */
  readonly expires?: number | string | null;
  readonly group?: string | null;
  readonly groupIndex?: number | null;
  readonly retries?: number;
  /** Hard limit. */
  readonly timeLimitSeconds?: number | null;
  readonly softTimeLimitSeconds?: number | null;
  /** The task's own id by default. */
  readonly rootId?: string | null;
  readonly parentId?: string | null;
  /** Text for logs instead of the one made of `args`. */
  readonly argsrepr?: string;
  readonly kwargsrepr?: string;
  /** `gen<pid>@<host>` of the sender. */
  readonly origin: string;
  readonly ignoreResult?: boolean;
  readonly callbacks?: readonly SignatureJson[] | null;
  readonly errbacks?: readonly SignatureJson[] | null;
  /** Reversed: the last element is the next step. */
  readonly chain?: readonly SignatureJson[] | null;
  readonly chord?: SignatureJson | null;
  /** Merged flat into the headers; they win over any of Celery's. */
  readonly headers?: { readonly [name: string]: unknown } | null;
  readonly replyTo?: string;
  readonly priority?: number | null;
  readonly deliveryMode?: 1 | 2;
  /** From Celery 5.3; sent only when given. */
  readonly replacedTaskNesting?: number;
  readonly stampedHeaders?: readonly string[] | null;
  readonly stamps?: { readonly [name: string]: unknown };
  /** Properties by wire name that virtual transports keep; those that AMQP knows go to their own field. */
  readonly extraProperties?: { readonly [name: string]: unknown };
  /** AMQP's own properties (`messageId`, `appId`, …) of the caller. */
  readonly properties?: MessageProperties;
}

/** How a body becomes bytes. */
export interface TaskCodec {
  readonly serializer: Serializer;
  readonly compression?: Compression;
}

/**
 * A task as a message of protocol 2.
 * @param now - Unix milliseconds; only used where the call expires
 * @throws {EncodeError} naming the path in `args`, `kwargs` or `embed`
 * @see celery/app/amqp.py as_task_v2
 */
export function encodeTaskMessage(call: TaskCall, codec: TaskCodec, now: number): RawMessage {
  const { serializer } = codec;
  const headers = taskHeaders(call);
  return {
    body: encodeMessageBody([call.args, call.kwargs, embedOf(call)], codec, headers),
    contentType: serializer.contentType,
    contentEncoding: serializer.contentEncoding,
    headers,
    properties: taskProperties(call, now),
  };
}

function taskHeaders(call: TaskCall): { [name: string]: unknown } {
  const own: TaskHeaders = {
    lang: 'js',
    task: call.task,
    id: call.id,
    shadow: call.shadow ?? null,
    eta: timeText(call.eta),
    expires: timeText(call.expires),
    group: call.group ?? null,
    group_index: call.groupIndex ?? null,
    retries: call.retries ?? 0,
    timelimit: [call.timeLimitSeconds ?? null, call.softTimeLimitSeconds ?? null],
    root_id: call.rootId ?? call.id,
    parent_id: call.parentId ?? null,
    argsrepr: call.argsrepr ?? argsRepr(call.args),
    kwargsrepr: call.kwargsrepr ?? kwargsRepr(call.kwargs),
    origin: call.origin,
    ignore_result: call.ignoreResult ?? false,
  };
  const headers: { [name: string]: unknown } = own as TaskHeaders & { [name: string]: unknown };
  if (call.replacedTaskNesting !== undefined) headers['replaced_task_nesting'] = call.replacedTaskNesting;
  if (call.stampedHeaders !== undefined) headers['stamped_headers'] = call.stampedHeaders;
  if (call.stamps !== undefined) headers['stamps'] = call.stamps;
  if (call.headers !== undefined && call.headers !== null) mergeHeaders(call.headers, headers);
  return headers;
}

function mergeHeaders(custom: { readonly [name: string]: unknown }, headers: { [name: string]: unknown }): void {
  for (const name of Object.keys(custom)) {
    if (name !== '__proto__') headers[name] = custom[name];
  }
}

/** A time as messages have it. */
export function timeText(time: number | string | null | undefined): string | null {
  if (time === null || time === undefined) return null;
  return typeof time === 'number' ? isoTime(time) : time;
}

/** The properties of a task's message. @param now - Unix milliseconds; only used where the call expires */
export function taskProperties(call: TaskCall, now: number): MessageProperties {
  const properties: { -readonly [name in keyof MessageProperties]: MessageProperties[name] } = {
    correlationId: call.id,
    deliveryMode: call.deliveryMode ?? 2,
    priority: call.priority ?? 0,
  };
  if (call.replyTo !== undefined) properties.replyTo = call.replyTo;
  if (call.expires !== undefined && call.expires !== null) properties.expiration = expiration(call.expires, now);
  if (call.extraProperties !== undefined) properties.extra = call.extraProperties;
  return call.properties === undefined ? properties : { ...properties, ...call.properties };
}

/** Milliseconds to live as text; the past is `"0"`. Text that is no time gives none, and the worker will say so. */
function expiration(expires: number | string, now: number): string | undefined {
  try {
    const at = typeof expires === 'number' ? expires : parseIsoTime(expires);
    return String(Math.max(0, Math.floor(at - now)));
  } catch {
    return undefined;
  }
}

/**
 * A body as bytes, compressed where the codec says so.
 * @param headers - of the message; told about the compression
 * @throws {EncodeError} naming the path in the body
 */
export function encodeMessageBody(
  body: unknown,
  { serializer, compression }: TaskCodec,
  headers: { [name: string]: unknown },
): Uint8Array {
  const bytes = encodeBody(body, serializer);
  if (compression === undefined) return bytes;
  headers['compression'] = compression.contentType;
  return compression.compress(bytes);
}

function encodeBody(body: unknown, serializer: Serializer): Uint8Array {
  try {
    return serializer.encode(body);
  } catch (error) {
    if (!(error instanceof EncodeError)) throw error;
    throw new EncodeError(bodyPath(error.path), error.problem, { cause: error });
  }
}

const bodyParts = ['args', 'kwargs', 'embed'];

function bodyPath(path: string): string {
  return path.replace(/^\[([012])\]/, (_, index: string) => bodyParts[Number(index)]!);
}
