import { parseIsoTime } from './iso-time.ts';
import { DEFAULT_LIMITS, type MessageLimits } from './limits.ts';
import { describeType, isRecord, type PlainRecord, toRecord } from './plain-record.ts';
import { InvalidTaskError } from './protocol-errors.ts';
import { argsRepr, kwargsRepr } from './python-repr.ts';
import type { MessageHeaders, MessageProperties, RawMessage } from './raw-message.ts';

/** What a worker knows of a task before it decodes the body. */
export interface TaskRequest {
  readonly task: string;
  readonly id: string;
  /** Name to show in logs and events instead of `task`. */
  readonly shadow: string | null;
  /** Unix milliseconds. */
  readonly etaMs: number | null;
  /** Unix milliseconds. */
  readonly expiresMs: number | null;
  readonly group: string | null;
  readonly groupIndex: number | null;
  readonly retries: number;
  /** Hard limit. */
  readonly timeLimitSeconds: number | null;
  readonly softTimeLimitSeconds: number | null;
  /** The task's own id when the message names none. */
  readonly rootId: string;
  readonly parentId: string | null;
  readonly argsrepr: string;
  readonly kwargsrepr: string;
  readonly origin: string | null;
  /** Null when the message does not say. */
  readonly ignoreResult: boolean | null;
  readonly replyTo: string | null;
  readonly correlationId: string | null;
  /** 0..255. */
  readonly priority: number;
  /** 2 = survives a broker restart, 1 = need not; absent when the message does not say. */
  readonly deliveryMode?: 1 | 2;
  /** All headers of the message by wire name, custom ones among them; null-prototype. */
  readonly headers: PlainRecord;
  /** 2; 1 for a body with names in it; `hybrid` for such a body under the headers of protocol 2. */
  readonly protocol: 1 | 2 | 'hybrid';
  readonly replacedTaskNesting: number;
  readonly stampedHeaders: readonly string[] | null;
  readonly stamps: PlainRecord;
  /** Whether times without an offset are UTC; false only where protocol 1 says so. */
  readonly utc: boolean;
}

/**
 * Reads and checks everything about a task but its arguments. The body of protocol 2 stays undecoded; `decodeBody` is
 * called only where the body holds what headers lack: protocol 1, and its hybrid with 2.
 *
 * Times without an offset are read as UTC. A number in `eta` or `expires` is refused: no version of Celery writes one.
 * @param decodeBody - decompresses and decodes the body; what it throws is passed on
 * @throws {InvalidTaskError} naming the header or body field at fault; `task` when there is neither header nor body field
 * @see celery/worker/strategy.py, celery/worker/request.py
 */
export function readTaskRequest(
  message: RawMessage,
  decodeBody: () => unknown,
  limits: MessageLimits = DEFAULT_LIMITS,
): TaskRequest {
  // Only names that no prototype has are read here.
  const headers = message.headers as PlainRecord;
  if (headers['task'] === undefined || headers['task'] === null) return readV1(message, headers, decodeBody(), limits);
  if (headers['id'] === undefined || startsWithBrace(message)) {
    const body = decodeBody();
    if (isRecord(body)) return readFields({ ...body, ...headers }, headers, message.properties, 'hybrid', limits);
  }
  return readFields(headers, headers, message.properties, 2, limits);
}

/** A v2 body is a list; an uncompressed JSON object shows in its first byte. */
function startsWithBrace(message: RawMessage): boolean {
  return message.body[0] === 0x7b && message.headers['compression'] === undefined;
}

function readV1(message: RawMessage, headers: MessageHeaders, body: unknown, limits: MessageLimits): TaskRequest {
  if (!isRecord(body) || body['task'] === undefined) throw new InvalidTaskError('task', 'is missing');
  const fields = toRecord(body);
  const group = fields['taskset'] ?? fields['group'];
  const reprs = { argsrepr: reprOfArgs(fields['args']), kwargsrepr: reprOfKwargs(fields['kwargs']) };
  const { root_id: _root, parent_id: _parent, ...own } = fields;
  return readFields({ ...own, group, ...reprs }, headers, message.properties, 1, limits);
}

function reprOfArgs(args: unknown): string {
  return Array.isArray(args) ? argsRepr(args) : '()';
}

function reprOfKwargs(kwargs: unknown): string {
  return isRecord(kwargs) ? kwargsRepr(kwargs) : '{}';
}

function readFields(
  fields: PlainRecord,
  headers: MessageHeaders,
  properties: MessageProperties,
  protocol: TaskRequest['protocol'],
  limits: MessageLimits,
): TaskRequest {
  return new ReadRequest(fields, headers, properties, protocol, limits);
}

/** A class for the sake of its headers: without a prototype, and copied only for those who look at them. */
class ReadRequest implements TaskRequest {
  readonly task: string;
  readonly id: string;
  readonly shadow: string | null;
  readonly etaMs: number | null;
  readonly expiresMs: number | null;
  readonly group: string | null;
  readonly groupIndex: number | null;
  readonly retries: number;
  readonly timeLimitSeconds: number | null;
  readonly softTimeLimitSeconds: number | null;
  readonly rootId: string;
  readonly parentId: string | null;
  readonly argsrepr: string;
  readonly kwargsrepr: string;
  readonly origin: string | null;
  readonly ignoreResult: boolean | null;
  readonly replyTo: string | null;
  readonly correlationId: string | null;
  readonly priority: number;
  declare readonly deliveryMode?: 1 | 2;
  readonly protocol: TaskRequest['protocol'];
  readonly replacedTaskNesting: number;
  readonly stampedHeaders: readonly string[] | null;
  readonly stamps: PlainRecord;
  readonly utc: boolean;
  #headers: MessageHeaders;

  constructor(
    fields: PlainRecord,
    headers: MessageHeaders,
    properties: MessageProperties,
    protocol: TaskRequest['protocol'],
    limits: MessageLimits,
  ) {
    const [timeLimitSeconds, softTimeLimitSeconds] = readTimeLimit(fields['timelimit']);
    this.task = readTaskName(fields['task']);
    this.id = readId(fields['id'], limits);
    this.shadow = readText(fields['shadow'], 'shadow');
    this.etaMs = readTime(fields['eta'], 'eta');
    this.expiresMs = readTime(fields['expires'], 'expires');
    this.group = readText(fields['group'], 'group');
    this.groupIndex = readGroupIndex(fields['group_index']);
    this.retries = readRetries(fields['retries']);
    this.timeLimitSeconds = timeLimitSeconds;
    this.softTimeLimitSeconds = softTimeLimitSeconds;
    this.rootId = readText(fields['root_id'], 'root_id') ?? this.id;
    this.parentId = readText(fields['parent_id'], 'parent_id');
    this.argsrepr = textOr(fields['argsrepr'], '');
    this.kwargsrepr = textOr(fields['kwargsrepr'], '');
    this.origin = typeof fields['origin'] === 'string' ? fields['origin'] : null;
    this.ignoreResult = typeof fields['ignore_result'] === 'boolean' ? fields['ignore_result'] : null;
    this.replyTo = properties.replyTo ?? null;
    this.correlationId = properties.correlationId ?? null;
    this.priority = readPriority(properties.priority);
    if (properties.deliveryMode !== undefined) this.deliveryMode = properties.deliveryMode;
    this.protocol = protocol;
    this.replacedTaskNesting = readNesting(
      fields['replaced_task_nesting'] ?? properties.extra?.['replaced_task_nesting'],
    );
    this.stampedHeaders = readTextList(fields['stamped_headers']);
    this.stamps = readStamps(fields['stamps']);
    this.utc = fields['utc'] !== false;
    this.#headers = headers;
  }

  get headers(): PlainRecord {
    const record = toRecord(this.#headers);
    this.#headers = record;
    return record;
  }
}

function readTaskName(value: unknown): string {
  if (typeof value !== 'string') throw new InvalidTaskError('task', `must be a name, not ${describeType(value)}`);
  if (value === '') throw new InvalidTaskError('task', 'is empty');
  return value;
}

/** Any text will do as an id; stores that make keys or paths of it have to escape it. */
function readId(value: unknown, limits: MessageLimits): string {
  if (typeof value !== 'string') throw new InvalidTaskError('id', `must be text, not ${describeType(value)}`);
  if (value === '') throw new InvalidTaskError('id', 'is empty');
  if (value.length > limits.maxIdLength)
    throw new InvalidTaskError('id', `is longer than ${limits.maxIdLength} characters`);
  return value;
}

function readText(value: unknown, field: string): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') throw new InvalidTaskError(field, `must be text or null, not ${describeType(value)}`);
  return value;
}

function textOr(value: unknown, missing: string): string {
  return typeof value === 'string' ? value : missing;
}

function readTime(value: unknown, field: string): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string')
    throw new InvalidTaskError(field, `must be ISO 8601 text or null, not ${describeType(value)}`);
  try {
    return parseIsoTime(value);
  } catch (cause) {
    throw new InvalidTaskError(field, 'is no ISO 8601 time that Celery reads', { cause });
  }
}

function readGroupIndex(value: unknown): number | null {
  if (value === undefined || value === null) return null;
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new InvalidTaskError('group_index', `must be a whole number or null, not ${describeType(value)}`);
  }
  return value as number;
}

const MOST_RETRIES = 1_000_000;

function readRetries(value: unknown): number {
  if (value === undefined || value === null) return 0;
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > MOST_RETRIES) {
    throw new InvalidTaskError('retries', `must be a whole number from 0 to ${MOST_RETRIES}`);
  }
  return value as number;
}

const NO_LIMITS: readonly [null, null] = [null, null];

function readTimeLimit(value: unknown): readonly [number | null, number | null] {
  if (value === undefined || value === null) return NO_LIMITS;
  if (!Array.isArray(value) || value.length !== 2)
    throw new InvalidTaskError('timelimit', 'must be [hard, soft] or null');
  const hard = readLimit(value[0]);
  const soft = readLimit(value[1]);
  if (hard === null && soft === null) return NO_LIMITS;
  if (hard !== null && soft !== null && soft > hard)
    throw new InvalidTaskError('timelimit', 'has a soft limit above the hard one');
  return [hard, soft];
}

function readLimit(value: unknown): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) {
    throw new InvalidTaskError('timelimit', 'must hold positive numbers of seconds or null');
  }
  return value;
}

function readPriority(value: number | undefined): number {
  return value === undefined || !Number.isFinite(value) ? 0 : Math.min(255, Math.max(0, Math.trunc(value)));
}

function readNesting(value: unknown): number {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : 0;
}

function readTextList(value: unknown): readonly string[] | null {
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null;
}

function readStamps(value: unknown): PlainRecord {
  return isRecord(value) ? toRecord(value) : NO_STAMPS;
}

const NO_STAMPS: PlainRecord = Object.freeze(Object.create(null) as PlainRecord);
