import { RESULT_LIMITS, ResultCodec, type StoreRequest, unreadableResult } from '@celeriac/backend';
import { decodeJson, type Logger, type ResultMeta, type Serializer } from '@celeriac/protocol';

/** A stored outcome. What it holds is never handed out: every reader gets objects of its own. */
export interface KeptResult {
  readonly status: string;
  read(): ResultMeta;
}

/** How outcomes are encoded. */
export interface Encoding {
  readonly serializer: Serializer;
  readonly logger: Logger;
}

/**
 * Encodes an outcome as a store outside of the process would, so that what comes back is what any other store gives.
 * @throws {EncodeError} naming the path of what cannot be written
 */
export function keepResult(request: StoreRequest, encoding: Encoding): KeptResult {
  return isFlat(request.meta) ? new FlatResult(request, encoding) : new WholeResult(request, encoding);
}

/** Whether everything but `result` is immutable and needs no encoding; true for nearly all outcomes. */
function isFlat(meta: ResultMeta): boolean {
  return (
    meta.children.length === 0 &&
    meta.args === undefined &&
    meta.kwargs === undefined &&
    meta.stamps === undefined &&
    meta.stamped_headers === undefined
  );
}

class FlatResult implements KeptResult {
  readonly status: string;
  readonly #meta: ResultMeta;
  readonly #value: string | Uint8Array;
  readonly #encoding: Encoding;

  constructor({ meta, resultText }: StoreRequest, encoding: Encoding) {
    this.status = meta.status;
    this.#meta = { ...meta, result: null };
    this.#value = resultText ?? encoding.serializer.encode(meta.result);
    this.#encoding = encoding;
  }

  read(): ResultMeta {
    const { serializer, logger } = this.#encoding;
    const value = this.#value;
    try {
      const result =
        typeof value === 'string' ? decodeJson(value, RESULT_LIMITS) : serializer.decode(value, RESULT_LIMITS);
      return { ...this.#meta, result, children: [] };
    } catch (error) {
      logger.error('A stored result cannot be read.', { taskId: this.#meta.task_id, error });
      return unreadableResult(this.#meta.task_id, error);
    }
  }
}

class WholeResult implements KeptResult {
  readonly status: string;
  readonly #taskId: string;
  readonly #bytes: Uint8Array;
  readonly #codec: ResultCodec;

  constructor(request: StoreRequest, encoding: Encoding) {
    this.status = request.meta.status;
    this.#taskId = request.meta.task_id;
    this.#codec = new ResultCodec(encoding.serializer, encoding.logger);
    this.#bytes = this.#codec.encode(request);
  }

  read(): ResultMeta {
    return this.#codec.decode(this.#bytes, this.#taskId);
  }
}
