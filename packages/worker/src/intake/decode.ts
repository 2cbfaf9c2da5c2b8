import type { TaskRegistry } from '@celeriac/core/internal';
import {
  type AcceptList,
  type CompressionRegistry,
  decodeMessageBody,
  isCeleriacError,
  type MessageLimits,
  readTaskRequest,
  type SerializerRegistry,
} from '@celeriac/protocol';
import type { Delivery } from '@celeriac/transport';
import { ReceivedTask } from '../request/received-task.ts';
import type { Undecodable } from '../request/undecodable.ts';

/** What reading a message takes. */
export interface Decoding {
  readonly tasks: TaskRegistry;
  readonly serializers: SerializerRegistry;
  readonly compressions: CompressionRegistry;
  readonly accept: AcceptList;
  readonly limits: MessageLimits;
}

/**
 * Reads the headers of a message, and refuses content that is not on the accept list. The body of protocol 2 stays
 * undecoded. Never throws.
 * @see celery/worker/consumer/consumer.py on_task_received
 */
export function decodeDelivery(delivery: Delivery, decoding: Decoding): ReceivedTask | Undecodable {
  try {
    const { message } = delivery;
    const { serializers, accept, limits, tasks } = decoding;
    const request = readTaskRequest(message, () => decodeMessageBody(message, decoding), limits);
    serializers.requireAccepted(message.contentType, accept);
    return new ReceivedTask(delivery, message, request, tasks.get(request.task));
  } catch (error) {
    return undecodable(delivery, error, decoding.limits);
  }
}

function undecodable(delivery: Delivery, error: unknown, limits: MessageLimits): Undecodable {
  const code = isCeleriacError(error) ? error.code : 'CLR_INVALID_MESSAGE';
  const { message } = delivery;
  const { id } = message.headers;
  const isUsable = typeof id === 'string' && id !== '' && id.length <= limits.maxIdLength;
  return {
    delivery,
    message,
    code,
    reason: error instanceof Error ? error.message : String(error),
    id: isUsable ? id : undefined,
    acknowledged: false,
    startedStored: undefined,
    // What cannot be decoded is acknowledged, what is refused is rejected: as Celery does, both are kept in quarantine.
    settle: code === 'CLR_DECODE' || code === 'CLR_MESSAGE_TOO_LARGE' ? 'ack' : 'discard',
  };
}
