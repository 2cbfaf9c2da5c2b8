import { DecodeError, type MessageLimits, MessageTooLargeError, type Serializer } from '@celeriac/protocol';
import { Packr, Unpackr } from 'msgpackr';
import { toPackable } from './packable.ts';
import { toPlainValue } from './plain-values.ts';
import { checkPacked } from './scan.ts';

/**
 * MessagePack as Celery sends it: text, bytes, numbers, lists and maps, no extension types. Integers keep their value up to
 * 64 bits, bytes come back as Uint8Array, dates go out as ISO text.
 */
export const msgpackSerializer: Serializer = createMsgpackSerializer();

function createMsgpackSerializer(): Serializer {
  const packr = new Packr({ useRecords: false, encodeUndefinedAsNil: true });
  const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: false, int64AsType: 'bigint' });
  return Object.freeze({
    name: 'msgpack',
    contentType: 'application/x-msgpack',
    contentEncoding: 'binary',
    // A copy: the packer's own buffer is shared by all it packs.
    encode: (value: unknown) => new Uint8Array(packr.pack(toPackable(value))),
    decode: (body: Uint8Array, limits: MessageLimits) => decode(unpackr, body, limits),
  });
}

function decode(unpackr: Unpackr, body: Uint8Array, limits: MessageLimits): unknown {
  if (body.length > limits.maxMessageBytes) throw new MessageTooLargeError(body.length, limits.maxMessageBytes);
  checkPacked(body, limits.maxDepth);
  try {
    return toPlainValue(unpackr.unpack(body));
  } catch (cause) {
    if (cause instanceof DecodeError) throw cause;
    throw new DecodeError('msgpack', 'the bytes are not valid MessagePack', { cause });
  }
}
