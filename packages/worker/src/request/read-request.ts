import {
  type AcceptList,
  type CompressionRegistry,
  decodeMessageBody,
  type MessageLimits,
  readTaskRequest,
  type SerializerRegistry,
  type TaskRequest,
} from '@celeriac/protocol';
import type { Delivery } from '@celeriac/transport';

/** What reading the headers of a message takes; its body too, in protocol 1. */
export interface RequestReading {
  readonly serializers: SerializerRegistry;
  readonly compressions: CompressionRegistry;
  readonly accept: AcceptList;
  readonly limits: MessageLimits;
}

/** @throws what `readTaskRequest` and `decodeMessageBody` throw */
export function readRequest({ message }: Delivery, reading: RequestReading): TaskRequest {
  return readTaskRequest(message, () => decodeMessageBody(message, reading), reading.limits);
}
