import type { MessageProperties, RawMessage } from '@celeriac/protocol';
import type { OutgoingMessage } from '@celeriac/transport';
import type { AppRuntime } from '../runtime/app-runtime.ts';
import type { ApplyOptions } from '../task/apply-options.ts';

/** Where and how a message that is no task is sent. */
export interface PublishOptions
  extends Pick<
    ApplyOptions,
    'serializer' | 'headers' | 'mandatory' | 'retry' | 'retryPolicy' | 'priority' | 'deliveryMode'
  > {
  /** Default: the default exchange, where the routing key is a queue's name. */
  readonly exchange?: string;
  readonly routingKey: string;
  readonly compression?: string | null;
  /** More properties of the message, such as `correlationId`. */
  readonly properties?: MessageProperties;
}

/** A message of any content, as the app's settings encode it. */
export function anyMessage(runtime: AppRuntime, body: unknown, options: PublishOptions): OutgoingMessage {
  const { settings, serializers, compressions } = runtime;
  const encoded = serializers.encode(body, options.serializer ?? settings.taskSerializer);
  const name = options.compression === undefined ? settings.taskCompression : options.compression;
  const compression = name === undefined || name === null ? undefined : compressions.byName(name);
  const message: RawMessage = {
    body: compression === undefined ? encoded.body : compression.compress(encoded.body),
    contentType: encoded.contentType,
    contentEncoding: encoded.contentEncoding,
    headers: { ...options.headers, ...(compression && { compression: compression.contentType }) },
    properties: {
      deliveryMode: options.deliveryMode ?? settings.taskDefaultDeliveryMode,
      ...(options.priority !== undefined && { priority: options.priority }),
      ...options.properties,
    },
  };
  return {
    exchange: options.exchange ?? '',
    routingKey: options.routingKey,
    message,
    ...(options.mandatory === true && { mandatory: true }),
  };
}
