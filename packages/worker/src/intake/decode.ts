import type { TaskRegistry } from '@celeriac/core/internal';
import { isCeleriacError, type MessageLimits } from '@celeriac/protocol';
import type { Delivery } from '@celeriac/transport';
import { type RequestReading, readRequest } from '../request/read-request.ts';
import { ReceivedTask } from '../request/received-task.ts';
import type { Undecodable } from '../request/undecodable.ts';

/** What reading a message takes. */
export interface Decoding extends RequestReading {
  readonly tasks: TaskRegistry;
}

/**
 * Reads the headers of a message, and refuses content that is not on the accept list. The body of protocol 2 stays
 * undecoded. Never throws.
 * @see celery/worker/consumer/consumer.py on_task_received
 */
export function decodeDelivery(delivery: Delivery, decoding: Decoding): ReceivedTask | Undecodable {
  const { serializers, accept, limits } = decoding;
  try {
    const request = readRequest(delivery, decoding);
    serializers.requireAccepted(delivery.message.contentType, accept);
    return new ReceivedTask(delivery, request, decoding.tasks.get(request.task), decoding);
  } catch (error) {
    return undecodable(delivery, error, limits);
  }
}

export function isUndecodable(decoded: ReceivedTask | Undecodable): decoded is Undecodable {
  return 'code' in decoded;
}

function undecodable(delivery: Delivery, error: unknown, limits: MessageLimits): Undecodable {
  const code = isCeleriacError(error) ? error.code : 'CLR_INVALID_MESSAGE';
  const { id } = delivery.message.headers;
  const isUsable = typeof id === 'string' && id !== '' && id.length <= limits.maxIdLength;
  return {
    delivery,
    code,
    reason: error instanceof Error ? error.message : String(error),
    id: isUsable ? id : undefined,
    acknowledged: false,
    startedStored: undefined,
    // What cannot be decoded is acknowledged, what is refused is rejected: as Celery does, both are kept in quarantine.
    settle: code === 'CLR_DECODE' || code === 'CLR_MESSAGE_TOO_LARGE' ? 'ack' : 'discard',
  };
}
