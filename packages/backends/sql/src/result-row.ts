import { RESULT_LIMITS, type ResultCodec, type StoreRequest, unreadableResult } from '@celeriac/backend';
import {
  decodeJson,
  encodeJson,
  encodeResultMeta,
  type Logger,
  MessageTooLargeError,
  type PlainRecord,
  parseResultMeta,
  type ResultMeta,
  type Serializer,
  toRecord,
} from '@celeriac/protocol';

/** A result as its table has it. */
export interface ResultRow {
  readonly task_id: string;
  readonly status: string;
  /** JSON. */
  readonly result: string | null;
  /** The whole outcome, by another serializer than JSON; then the other columns only repeat some of it. */
  readonly result_bytes: Uint8Array | null;
  readonly traceback: string | null;
  /** JSON; empty for none. */
  readonly children: string | null;
  readonly date_done: string | null;
  readonly group_id: string | null;
  readonly parent_id: string | null;
  /** What `resultExtended` adds, as a JSON object. */
  readonly extended: string | null;
}

/** A row to write. */
export interface NewResultRow extends ResultRow {
  /** Given out with the lock in hand. */
  seq: number;
  readonly expires_at: number | null;
}

const EXTENDED = ['name', 'args', 'kwargs', 'worker', 'retries', 'queue', 'stamps', 'stamped_headers'] as const;

/** Outcomes as rows and back. */
export class ResultRows {
  readonly #codec: ResultCodec;
  readonly #serializer: Serializer;
  readonly #logger: Logger;

  constructor(codec: ResultCodec, serializer: Serializer, logger: Logger) {
    this.#codec = codec;
    this.#serializer = serializer;
    this.#logger = logger;
  }

  /**
   * @throws {EncodeError} naming the path of what cannot be written
   * @throws {MessageTooLargeError} above `RESULT_LIMITS`
   */
  toRow(request: StoreRequest, expiresAtMs: number | undefined): NewResultRow {
    const { meta } = request;
    const json = this.#serializer.name === 'json';
    return {
      seq: 0,
      task_id: meta.task_id,
      status: meta.status,
      result: json ? this.#resultText(request) : null,
      result_bytes: json ? null : asBuffer(this.#codec.encode(request)),
      traceback: meta.traceback,
      children: json && meta.children.length > 0 ? encodeJson(meta.children, { root: 'children' }) : null,
      date_done: meta.date_done,
      group_id: meta.group_id ?? null,
      parent_id: meta.parent_id ?? null,
      extended: json ? extendedText(meta) : null,
      expires_at: expiresAtMs ?? null,
    };
  }

  /** A row that cannot be read becomes a FAILURE saying so: a caller that waits must not wait for ever. */
  toMeta(row: ResultRow): ResultMeta {
    if (row.result_bytes !== null) return this.#codec.decode(row.result_bytes, row.task_id);
    try {
      return parseResultMeta(fieldsOf(row));
    } catch (error) {
      this.#logger.error('A stored result cannot be read.', { taskId: row.task_id, error });
      return unreadableResult(row.task_id, error);
    }
  }

  #resultText(request: StoreRequest): string {
    const text = request.resultText ?? this.#encode(request);
    // A UTF-16 unit takes at most three bytes, so most texts need no counting.
    if (text.length * 3 > RESULT_LIMITS.maxMessageBytes) {
      const bytes = Buffer.byteLength(text);
      if (bytes > RESULT_LIMITS.maxMessageBytes) throw new MessageTooLargeError(bytes, RESULT_LIMITS.maxMessageBytes);
    }
    return text;
  }

  #encode(request: StoreRequest): string {
    try {
      return asBuffer(this.#serializer.encode(request.meta.result)).toString('utf8');
    } catch (error) {
      // The same again as part of the whole, for an error whose path starts at `result`.
      this.#codec.encode(request);
      throw error;
    }
  }
}

function extendedText(meta: ResultMeta): string | null {
  if (EXTENDED.every((key) => meta[key] === undefined)) return null;
  const all = encodeResultMeta(meta);
  const extended = toRecord({});
  for (const key of EXTENDED) if (all[key] !== undefined) extended[key] = all[key];
  return encodeJson(extended);
}

function fieldsOf(row: ResultRow): PlainRecord {
  const fields = row.extended === null ? toRecord({}) : toRecord(decodeJson(row.extended, RESULT_LIMITS) as object);
  fields['status'] = row.status;
  fields['result'] = row.result === null ? null : decodeJson(row.result, RESULT_LIMITS);
  fields['traceback'] = row.traceback;
  fields['children'] = row.children === null ? [] : decodeJson(row.children, RESULT_LIMITS);
  fields['date_done'] = row.date_done;
  if (row.group_id !== null) fields['group_id'] = row.group_id;
  if (row.parent_id !== null) fields['parent_id'] = row.parent_id;
  fields['task_id'] = row.task_id;
  return fields;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
