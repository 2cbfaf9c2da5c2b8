import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { FloorTask } from './floor-task.ts';

/** Queue of the tasks. */
export const QUEUE = 'bench';
/** Before a task's id: the key and the channel of its result. */
export const RESULT = 'celery-task-meta-';
export const CONTENT = { type: 'application/json', encoding: 'utf-8' } as const;

const STAMP = 'bench.stamp';
const ORIGIN = `gen${process.pid}@${hostname()}`;
const REPLY_TO = randomUUID();
const EMBED = { callbacks: null, errbacks: null, chain: null, chord: null };

/** Celery's sixteen headers, as Celeriac sends them. */
export interface CeleryHeaders {
  readonly task: string;
  readonly id: string;
  readonly [name: string]: unknown;
}

export function headersOf({ id, value, payload, isStamp }: FloorTask): CeleryHeaders {
  return {
    lang: 'js',
    task: isStamp ? STAMP : 'bench.noop',
    id,
    shadow: null,
    eta: null,
    expires: null,
    group: null,
    group_index: null,
    retries: 0,
    timelimit: [null, null],
    root_id: id,
    parent_id: null,
    argsrepr: isStamp ? '()' : payload === '' ? `(${value},)` : `(${value}, '${payload.slice(0, 1000)}...')`,
    kwargsrepr: '{}',
    origin: ORIGIN,
    ignore_result: false,
  };
}

/** The properties of a message by the names that kombu gives them. */
export function propertiesOf({ id }: FloorTask) {
  return { correlation_id: id, reply_to: REPLY_TO, delivery_mode: 2, priority: 0 };
}

/** `[args, kwargs, embed]` as JSON. */
export function bodyOf({ value, payload, isStamp }: FloorTask): string {
  return JSON.stringify([isStamp ? [] : payload === '' ? [value] : [value, payload], {}, EMBED]);
}

export function taskOf({ task, id }: CeleryHeaders, body: string): FloorTask {
  const [[value = -1, payload = '']] = JSON.parse(body) as [[number?, string?], object, object];
  return { id, value, payload, isStamp: task === STAMP };
}

/** What Celery keeps of a task that succeeded. */
export function resultMeta(id: string, result: unknown) {
  return { status: 'SUCCESS', result, traceback: null, children: [], date_done: dateDone(), task_id: id };
}

/** Celery reads six digits of a second, no fewer. */
export function dateDone(): string {
  return `${new Date().toISOString().slice(0, -1)}000+00:00`;
}
