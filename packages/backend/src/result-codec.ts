import {
  DEFAULT_LIMITS,
  encodeResultMeta,
  type Logger,
  type MessageLimits,
  MessageTooLargeError,
  parseResultMeta,
  type ResultMeta,
  resultMetaText,
  type Serializer,
} from '@celeriac/protocol';
import type { StoreRequest } from './backend.ts';

/** What a stored result may be at most: larger than a message, since results are read by those who asked for them. */
export const RESULT_LIMITS: MessageLimits = Object.freeze({
  ...DEFAULT_LIMITS,
  maxMessageBytes: 256 * 1024 * 1024,
});

/** Characters; a longer text is measured in bytes. */
const LONG_TEXT = 1024 * 1024;

/** Outcomes as bytes and back, in the form that Celery stores. */
export class ResultCodec {
  readonly #serializer: Serializer;
  readonly #logger: Logger;

  constructor(serializer: Serializer, logger: Logger) {
    this.#serializer = serializer;
    this.#logger = logger;
  }

  /**
   * @throws {EncodeError} naming the path of what cannot be written
   * @throws {MessageTooLargeError} above {@link RESULT_LIMITS}
   */
  encode(request: StoreRequest): Uint8Array {
    const { meta, resultText } = request;
    const bytes =
      resultText !== undefined && this.#serializer.name === 'json'
        ? Buffer.from(resultMetaText(meta, resultText), 'utf8')
        : this.#serializer.encode(encodeResultMeta(meta));
    if (bytes.length > RESULT_LIMITS.maxMessageBytes) {
      throw new MessageTooLargeError(bytes.length, RESULT_LIMITS.maxMessageBytes);
    }
    return bytes;
  }

  /** As {@link encode}; text where the serializer writes text that is at hand, for stores that take either. */
  encodeTextual(request: StoreRequest): string | Uint8Array {
    const { meta, resultText } = request;
    if (resultText === undefined || resultText.length > LONG_TEXT || this.#serializer.name !== 'json') {
      return this.encode(request);
    }
    return resultMetaText(meta, resultText);
  }

  /** Bytes that cannot be read become a FAILURE saying so: a caller that waits must not wait for ever. */
  decode(bytes: Uint8Array, taskId: string): ResultMeta {
    try {
      const meta = parseResultMeta(this.decodeValue(bytes));
      return meta.task_id === taskId ? meta : { ...meta, task_id: taskId };
    } catch (error) {
      this.#logger.error('A stored result cannot be read.', { taskId, error });
      return unreadableResult(taskId, error);
    }
  }

  encodeValue(value: unknown): Uint8Array {
    return this.#serializer.encode(value);
  }

  /** @throws {DecodeError} */
  decodeValue(bytes: Uint8Array): unknown {
    return this.#serializer.decode(bytes, RESULT_LIMITS);
  }
}

/** What stands for a stored result that cannot be read. */
export function unreadableResult(taskId: string, error: unknown): ResultMeta {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    status: 'FAILURE',
    result: { exc_type: 'DecodeError', exc_message: [reason], exc_module: 'celeriac' },
    traceback: null,
    children: [],
    date_done: null,
    task_id: taskId,
  };
}
