export { type BackoffOptions, backoffMs, exponentialBackoffSeconds } from './backoff.ts';
export { CeleriacError, type CeleriacErrorOptions, isCeleriacError } from './celeriac-error.ts';
export { celeryExceptions } from './celery-exceptions.ts';
export { type Clock, systemClock, type Timer, type TimerOptions } from './clock.ts';
export { brotliCompression, type Compression, zlibCompression, zstdCompression } from './compression.ts';
export { CompressionRegistry } from './compression-registry.ts';
export {
  type ControlReply,
  type ControlRequest,
  type ControlRequestHeaders,
  decodeControlHeaders,
  decodeControlReply,
  decodeControlRequest,
  decodeRevoked,
  encodeControlReply,
  encodeControlRequest,
  helloArgumentsText,
  helloReplyText,
  pythonFloatText,
  type ReplyAddress,
} from './control.ts';
export { customHeaders } from './custom-headers.ts';
export { closest } from './did-you-mean.ts';
export { decodeEnvelope, type EnvelopeRoute, encodeEnvelope, type OpenedEnvelope } from './envelope.ts';
export { escapeForLog } from './escape.ts';
export {
  type CeleryEvent,
  type DecodedEvents,
  decodeEvents,
  EVENT_BATCH_SIZE,
  type EventFields,
  type EventType,
  encodeEvent,
  eventRoutingKey,
  eventTime,
  TASK_EVENTS_ROUTING_KEY,
  type WorkerEventFields,
} from './events.ts';
export { exceptionRepr, toExceptionInfo, tracebackOf } from './exception-info.ts';
export { isoNaive, isoTime, parseIsoTime } from './iso-time.ts';
export type { JointStatement, JointWork } from './joint-work.ts';
export { decodeJson, decodeUtf8, encodeJson, isPlainJson, type JsonOptions } from './json.ts';
export type { JsonTypes } from './json-writer.ts';
export { clampClock, LamportClock } from './lamport-clock.ts';
export { DEFAULT_LIMITS, type MessageLimits } from './limits.ts';
export { type Logger, type LogLevel, silentLogger } from './logger.ts';
export { describeType, emptyRecord, isRecord, type PlainRecord, toRecord } from './plain-record.ts';
export {
  ContentDisallowedError,
  DecodeError,
  EncodeError,
  InvalidMessageError,
  InvalidTaskError,
  InvalidUrlError,
  MessageTooLargeError,
  UnknownCompressionError,
  UnknownSerializerError,
} from './protocol-errors.ts';
export { argsRepr, kwargsRepr, pythonRepr } from './python-repr.ts';
export type { JsonValue, MessageHeaders, MessageProperties, RawMessage } from './raw-message.ts';
export {
  encodeResultMeta,
  encodeRpcResult,
  parseResultMeta,
  readResultTuples,
  resultMetaText,
} from './result-codec.ts';
export type { ExceptionInfo, ResultMeta } from './result-meta.ts';
export { Roster, type RosterMember } from './roster.ts';
export { createJsonSerializer, jsonSerializer, rawSerializer, type Serializer } from './serializer.ts';
export { type AcceptList, acceptList, type EncodedContent, SerializerRegistry } from './serializer-registry.ts';
export { embedOf, parseSignature, parseSignatures } from './signature-codec.ts';
export type { Embed, Kwargs, ResultTuple, SignatureJson, SubtaskType } from './signature-json.ts';
export { EXCEPTION_STATES, isReady, PROPAGATE_STATES, READY_STATES, type TaskState } from './states.ts';
export {
  type BodyReading,
  decodeMessageBody,
  decodeTaskBody,
  decodeTaskBodyOf,
  decodeTaskBodyV1,
  type TaskBody,
} from './task-body.ts';
export { encodeTaskMessage, type TaskCall, type TaskCodec, type TaskHeaders } from './task-message.ts';
export { encodeTaskMessageV1 } from './task-message-v1.ts';
export { readTaskRequest, type TaskRequest } from './task-request.ts';
export { maskUrl, type ParsedUrl, parseUrl, splitUrls } from './url.ts';
export { uuid } from './uuid.ts';
