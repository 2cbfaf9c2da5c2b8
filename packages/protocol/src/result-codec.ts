import { encodeJson, type JsonOptions } from './json.ts';
import { isRecord, type PlainRecord, toRecord } from './plain-record.ts';
import { InvalidMessageError } from './protocol-errors.ts';
import type { ExceptionInfo, ResultMeta } from './result-meta.ts';
import type { ResultTuple } from './signature-json.ts';
import { EXCEPTION_STATES } from './states.ts';

/** Keys that stand between `date_done` and `task_id`, each only when it has a value. */
const OPTIONAL_KEYS = [
  'group_id',
  'parent_id',
  'name',
  'args',
  'kwargs',
  'worker',
  'retries',
  'queue',
  'stamps',
  'stamped_headers',
] as const;

/** The meta as a plain object in Celery's key order. @see celery/backends/base.py _get_result_meta */
export function encodeResultMeta(meta: ResultMeta): PlainRecord {
  const ordered: PlainRecord = {
    status: meta.status,
    result: meta.result,
    traceback: meta.traceback,
    children: meta.children,
    date_done: meta.date_done,
  };
  for (const key of OPTIONAL_KEYS) {
    if (meta[key] !== undefined) ordered[key] = meta[key];
  }
  ordered['task_id'] = meta.task_id;
  return ordered;
}

/**
 * The meta as JSON text in Celery's key order.
 * @param resultText - the result as JSON text already, put in as it is
 * @throws {EncodeError} with a path that starts at `result`, `args` or `kwargs`
 */
export function resultMetaText(meta: ResultMeta, resultText?: string, options?: Pick<JsonOptions, 'types'>): string {
  if (resultText === undefined) return encodeJson(encodeResultMeta(meta), options);
  const head = `{"status":${JSON.stringify(meta.status)},"result":${resultText},"traceback":`;
  if (isBare(meta)) {
    return `${head}null,"children":[],"date_done":${JSON.stringify(meta.date_done)},"task_id":${JSON.stringify(meta.task_id)}}`;
  }
  const { status: _status, result: _result, ...rest } = encodeResultMeta(meta);
  return `{"status":${JSON.stringify(meta.status)},"result":${resultText},${encodeJson(rest, options).slice(1)}`;
}

/** Nothing but the outcome: what most results are. Written out, since it is asked for every result. */
function isBare(meta: ResultMeta): boolean {
  return (
    meta.traceback === null &&
    meta.children.length === 0 &&
    meta.group_id === undefined &&
    meta.parent_id === undefined &&
    meta.name === undefined &&
    meta.args === undefined &&
    meta.kwargs === undefined &&
    meta.worker === undefined &&
    meta.retries === undefined &&
    meta.queue === undefined &&
    meta.stamps === undefined &&
    meta.stamped_headers === undefined
  );
}

/** The five fields that the rpc back end sends. @see celery/backends/rpc.py */
export function encodeRpcResult(meta: ResultMeta): PlainRecord {
  return {
    task_id: meta.task_id,
    status: meta.status,
    result: meta.result,
    traceback: meta.traceback,
    children: meta.children,
  };
}

/**
 * Reads a stored or replied result of any client. Lenient, since one odd field must not hide a result: text that is no
 * known state stays a custom state, children that are none are dropped, a traceback of another type becomes JSON text.
 * Nothing in it is ever looked up by name.
 * @param taskId - used when the value names no task
 * @throws {InvalidMessageError} when it is no object, or has no status
 */
export function parseResultMeta(value: unknown, taskId?: string): ResultMeta {
  if (!isRecord(value)) throw new InvalidMessageError('result', 'is not an object');
  const status = value['status'];
  if (typeof status !== 'string' || status === '') throw new InvalidMessageError('result.status', 'is not text');
  const meta: PlainRecord = {
    status,
    result: EXCEPTION_STATES.has(status) ? readException(value['result']) : (value['result'] ?? null),
    traceback: readTraceback(value['traceback']),
    children: readResultTuples(value['children']),
    date_done: typeof value['date_done'] === 'string' ? value['date_done'] : null,
  };
  readOptional(value, meta);
  meta['task_id'] = typeof value['task_id'] === 'string' ? value['task_id'] : (taskId ?? '');
  return meta as unknown as ResultMeta;
}

function readOptional(value: PlainRecord, meta: PlainRecord): void {
  for (const key of ['group_id', 'parent_id', 'name']) if (typeof value[key] === 'string') meta[key] = value[key];
  for (const key of ['args', 'kwargs']) if (value[key] !== undefined) meta[key] = value[key];
  if (typeof value['worker'] === 'string') meta['worker'] = value['worker'];
  if (Number.isInteger(value['retries'])) meta['retries'] = value['retries'];
  if (typeof value['queue'] === 'string') meta['queue'] = value['queue'];
  if (isRecord(value['stamps'])) meta['stamps'] = toRecord(value['stamps']);
  const stamped = value['stamped_headers'];
  if (Array.isArray(stamped) && stamped.every((item) => typeof item === 'string')) meta['stamped_headers'] = stamped;
}

/** An exception in Celery's form; anything else stays what it is. */
function readException(value: unknown): unknown {
  if (!isRecord(value) || typeof value['exc_type'] !== 'string') return value ?? null;
  const message = value['exc_message'];
  const info: ExceptionInfo = {
    exc_type: value['exc_type'],
    exc_message:
      Array.isArray(message) || typeof message === 'string' ? message : message === undefined ? [] : [message],
    exc_module: typeof value['exc_module'] === 'string' ? value['exc_module'] : null,
  };
  return info;
}

function readTraceback(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  try {
    return encodeJson(value);
  } catch {
    return null;
  }
}

/** Deeper parents than this are cut off: a chain that long does not happen. */
const MOST_PARENTS = 512;

/**
 * A list of result handles; what is none is left out.
 * @see celery/result.py result_from_tuple
 */
export function readResultTuples(value: unknown): ResultTuple[] {
  if (!Array.isArray(value)) return [];
  return value.map((item) => readResultTuple(item, 0)).filter((item) => item !== undefined);
}

/** `[[id, parent], children]`; undefined when it is none. A bare id and `[id, parent]` are accepted as Celery does. */
function readResultTuple(value: unknown, depth: number): ResultTuple | undefined {
  if (typeof value === 'string') return [[value, null], null];
  if (depth > MOST_PARENTS || !Array.isArray(value) || !Array.isArray(value[0])) return undefined;
  const [id, parent] = value[0] as unknown[];
  if (typeof id !== 'string') return undefined;
  const children = Array.isArray(value[1])
    ? value[1].map((child) => readResultTuple(child, depth + 1)).filter((child) => child !== undefined)
    : null;
  return [
    [id, parent === null || parent === undefined ? null : (readResultTuple(parent, depth + 1) ?? null)],
    children,
  ];
}
