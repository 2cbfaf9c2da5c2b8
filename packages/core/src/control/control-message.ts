import {
  type ControlReply,
  type ControlRequest,
  encodeControlReply,
  encodeControlRequest,
  type RawMessage,
  type ReplyAddress,
} from '@celeriac/protocol';
import type { OutgoingMessage } from '@celeriac/transport';
import type { AppRuntime } from '../runtime/app-runtime.ts';
import { commandExchange } from './control-queues.ts';

/** What encoding takes of an app. */
export type ControlCodec = Pick<AppRuntime, 'settings' | 'serializers' | 'lamport'>;

/**
 * A command on its way to all nodes.
 * @param expiresMs - Unix milliseconds; undefined = never
 * @throws {EncodeError} for arguments that cannot be encoded
 */
export function commandMessage(
  request: ControlRequest,
  expiresMs: number | undefined,
  codec: ControlCodec,
): OutgoingMessage {
  const headers = { clock: codec.lamport.forward(), expires: expiresMs === undefined ? 0 : expiresMs / 1000 };
  const message = encoded(encodeControlRequest(request), headers, 2, codec);
  return { exchange: commandExchange(codec.settings), routingKey: '', message };
}

/**
 * A reply on its way to who asked.
 * @throws {EncodeError} for a value that cannot be encoded
 */
export function replyMessage(
  reply: ControlReply,
  to: ReplyAddress,
  ticket: string | null,
  codec: ControlCodec,
): OutgoingMessage {
  const message = encoded(encodeControlReply(reply), { ticket, clock: codec.lamport.forward() }, 1, codec);
  return { exchange: to.exchange, routingKey: to.routingKey, message };
}

function encoded(
  body: unknown,
  headers: { readonly [name: string]: unknown },
  deliveryMode: 1 | 2,
  { settings, serializers }: ControlCodec,
): RawMessage {
  return { ...serializers.encode(body, settings.taskSerializer), headers, properties: { deliveryMode } };
}
