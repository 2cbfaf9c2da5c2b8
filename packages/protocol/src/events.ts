import { isoTime } from './iso-time.ts';
import { clampClock } from './lamport-clock.ts';
import { isRecord, type PlainRecord, toRecord } from './plain-record.ts';

/** The types of event that Celery sends; applications may send others. */
export type EventType =
  | 'task-sent'
  | 'task-received'
  | 'task-started'
  | 'task-succeeded'
  | 'task-failed'
  | 'task-rejected'
  | 'task-revoked'
  | 'task-retried'
  | 'task-cancelled'
  | 'worker-online'
  | 'worker-heartbeat'
  | 'worker-offline'
  | 'worker-elect'
  | 'worker-elect-ack'
  | (string & {});

/** What every event has, and under `fields` what its type adds, by wire name. */
export interface CeleryEvent {
  readonly type: EventType;
  /** Node name of the sender, `gen<pid>@<host>` for clients. */
  readonly hostname: string;
  /** Whole hours west of UTC, as Celery counts. */
  readonly utcoffset: number;
  readonly pid: number;
  /** Lamport clock; null when the sender keeps none. */
  readonly clock: number | null;
  /** Unix seconds. */
  readonly timestamp: number;
  readonly fields: { readonly [name: string]: unknown };
}

/** Celery sends `task-*` events of a worker in lists of up to this many. */
export const EVENT_BATCH_SIZE = 24;

/** The routing key of lists of task events. */
export const TASK_EVENTS_ROUTING_KEY = 'task.multi';

/** `task-received` → `task.received`. */
export function eventRoutingKey(type: EventType): string {
  return type.replaceAll('-', '.');
}

/** The fields of each type beyond the common ones, in Celery's order. */
export interface EventFields {
  'task-sent': {
    uuid: string;
    root_id: string | null;
    parent_id: string | null;
    name: string;
    args: string;
    kwargs: string;
    retries: number;
    eta: string | null;
    expires: string | null;
    queue: string | null;
    exchange: string;
    routing_key: string;
  };
  'task-received': {
    uuid: string;
    name: string;
    args: string;
    kwargs: string;
    root_id: string | null;
    parent_id: string | null;
    retries: number;
    eta: string | null;
    expires: string | null;
  };
  'task-started': { uuid: string };
  /** `runtime` in seconds. */
  'task-succeeded': { uuid: string; result: string; runtime: number };
  'task-failed': { uuid: string; exception: string; traceback?: string };
  'task-rejected': { uuid: string; requeue: boolean };
  'task-revoked': { uuid: string; terminated: boolean; signum: number | string | null; expired: boolean };
  'task-retried': { uuid: string; exception: string; traceback: string };
  'task-cancelled': { uuid: string };
  'worker-online': WorkerEventFields;
  'worker-heartbeat': WorkerEventFields;
  'worker-offline': WorkerEventFields;
  'worker-elect': { id: string; topic: string; action: unknown; cver: number };
  'worker-elect-ack': { id: string };
}

/** `freq` in seconds. */
export interface WorkerEventFields {
  freq: number;
  active: number;
  processed: number;
  loadavg: readonly number[];
  sw_ident: string;
  sw_ver: string;
  sw_sys: string;
}

/** The event as it travels: common fields, its own, `timestamp`, `type`. @see celery/events/event.py Event */
export function encodeEvent(event: CeleryEvent): PlainRecord {
  return {
    hostname: event.hostname,
    utcoffset: event.utcoffset,
    pid: event.pid,
    clock: event.clock,
    ...event.fields,
    timestamp: event.timestamp,
    type: event.type,
  };
}

/** The time of an event in `task-received` and `task-sent`. @param ms - Unix milliseconds, or null */
export function eventTime(ms: number | null): string | null {
  return ms === null ? null : isoTime(ms);
}

/** What a decoded event message holds. */
export interface DecodedEvents {
  readonly events: readonly CeleryEvent[];
  /** Entries that are no events. */
  readonly ignored: number;
}

const COMMON: ReadonlySet<string> = new Set(['type', 'hostname', 'utcoffset', 'pid', 'clock', 'timestamp']);
const MOST_EVENTS = 10_000;
const LONGEST_NAME = 255;
/** Nothing on Earth is further from UTC, in hours. */
const WIDEST_OFFSET = 26;

/**
 * Reads the body of an event message, one event or a list of them. Never throws: an entry without a sane `type` or
 * `hostname`, or with a `timestamp` that is no number, is counted as ignored; odd clocks become 0, odd offsets 0.
 * @see celery/events/receiver.py
 */
export function decodeEvents(body: unknown): DecodedEvents {
  const entries = Array.isArray(body) ? body : [body];
  const events: CeleryEvent[] = [];
  for (const entry of entries.slice(0, MOST_EVENTS)) {
    const event = decodeEvent(entry);
    if (event !== undefined) events.push(event);
  }
  return { events, ignored: entries.length - events.length };
}

function decodeEvent(entry: unknown): CeleryEvent | undefined {
  if (!isRecord(entry)) return undefined;
  const { type, hostname, timestamp } = entry;
  if (!isName(type) || !/^[a-z0-9][\w.-]*$/i.test(type) || !isName(hostname)) return undefined;
  if (typeof timestamp !== 'number' || !Number.isFinite(timestamp)) return undefined;
  return {
    type,
    hostname,
    utcoffset: readOffset(entry['utcoffset']),
    pid: Number.isSafeInteger(entry['pid']) ? (entry['pid'] as number) : 0,
    clock: entry['clock'] === null ? null : clampClock(entry['clock']),
    timestamp,
    fields: readFields(entry),
  };
}

function readFields(entry: PlainRecord): PlainRecord {
  const fields = toRecord({ ...entry });
  for (const name of COMMON) delete fields[name];
  return fields;
}

function readOffset(value: unknown): number {
  return typeof value === 'number' && Math.abs(value) <= WIDEST_OFFSET ? value : 0;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME;
}
