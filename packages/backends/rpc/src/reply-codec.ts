import { RESULT_LIMITS, type StoreRequest, unreadableResult } from '@celeriac/backend';
import {
  decodeJson,
  encodeJson,
  encodeResultMeta,
  encodeRpcResult,
  isRecord,
  jsonSerializer,
  type Logger,
  MessageTooLargeError,
  type PlainRecord,
  parseResultMeta,
  type RawMessage,
  type ResultMeta,
  type Serializer,
} from '@celeriac/protocol';

/** Python's replies have five fields. The others travel here, as JSON, where Python does not look. */
const REST_HEADER = 'x-celeriac-result';
const FIVE: ReadonlySet<string> = new Set(['task_id', 'status', 'result', 'traceback', 'children']);

/** Outcomes as messages to their caller and back. */
export class ReplyCodec {
  readonly #serializer: Serializer;
  readonly #logger: Logger;
  readonly #deliveryMode: 1 | 2;

  /** @param persistent - replies outlive a restart of the broker, if their queue does */
  constructor(serializer: Serializer, logger: Logger, persistent: boolean) {
    this.#serializer = serializer;
    this.#logger = logger;
    this.#deliveryMode = persistent ? 2 : 1;
  }

  /**
   * @throws {EncodeError} naming the path of what cannot be written
   * @throws {MessageTooLargeError}
   * @see celery/backends/rpc.py store_result
   */
  encode({ meta, resultText }: StoreRequest): RawMessage {
    const body = this.#body(meta, resultText);
    if (body.length > RESULT_LIMITS.maxMessageBytes) {
      throw new MessageTooLargeError(body.length, RESULT_LIMITS.maxMessageBytes);
    }
    const { contentType, contentEncoding } = this.#serializer;
    const properties = { correlationId: meta.task_id, deliveryMode: this.#deliveryMode } as const;
    return { body, contentType, contentEncoding, headers: { [REST_HEADER]: restOf(meta) }, properties };
  }

  /** A reply that cannot be read becomes a FAILURE saying so; undefined when nobody can tell whose it is. */
  decode({ body, contentType, headers, properties }: RawMessage): ResultMeta | undefined {
    const { correlationId } = properties;
    const serializer = contentType === jsonSerializer.contentType ? jsonSerializer : this.#serializer;
    try {
      const value = serializer.decode(body, RESULT_LIMITS);
      const whole = isRecord(value) ? { ...restFrom(headers[REST_HEADER]), ...value } : value;
      const meta = parseResultMeta(whole, correlationId);
      const taskId = correlationId ?? meta.task_id;
      return taskId === '' ? undefined : { ...meta, task_id: taskId };
    } catch (error) {
      this.#logger.error('A reply cannot be read.', { taskId: correlationId, error });
      return correlationId === undefined || correlationId === '' ? undefined : unreadableResult(correlationId, error);
    }
  }

  #body(meta: ResultMeta, resultText: string | undefined): Uint8Array {
    if (resultText === undefined || this.#serializer.name !== 'json') {
      return this.#serializer.encode(encodeRpcResult(meta));
    }
    const { task_id: taskId, status, traceback, children } = meta;
    const head = `{"task_id":${encodeJson(taskId)},"status":${encodeJson(status)},"result":${resultText}`;
    return Buffer.from(`${head},${encodeJson({ traceback, children }).slice(1)}`);
  }
}

function restOf(meta: ResultMeta): string {
  const rest = Object.entries(encodeResultMeta(meta)).filter(([name]) => !FIVE.has(name));
  return encodeJson(Object.fromEntries(rest));
}

/** What only the header can tell. A header that makes no sense tells nothing. */
function restFrom(header: unknown): PlainRecord {
  if (typeof header !== 'string') return {};
  try {
    const value = decodeJson(Buffer.from(header), RESULT_LIMITS);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}
