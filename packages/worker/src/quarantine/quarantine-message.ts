import { escapeForLog, isoTime, type RawMessage } from '@celeriac/protocol';

/** The queue that keeps what no worker can work on. */
export const QUARANTINE_QUEUE = 'celeriac.quarantine';

/** Why a message is kept aside. */
export interface QuarantineReason {
  /** Error code: `CLR_DECODE`, `CLR_POISON`, … */
  readonly code: string;
  /** One line. */
  readonly reason: string;
}

/** What the quarantine knows about a message. */
export interface QuarantineNote extends QuarantineReason {
  /** Where it came from. */
  readonly queue: string;
  /** When it was put aside, ISO text. */
  readonly time: string;
  /** Bytes of the body as it came; only where no more than its beginning is kept. */
  readonly truncatedFrom?: number;
}

const HEADERS = {
  reason: 'x-celeriac-reason',
  code: 'x-celeriac-code',
  queue: 'x-celeriac-queue',
  time: 'x-celeriac-time',
  truncated: 'x-celeriac-truncated',
} as const;
const OWN_HEADERS: ReadonlySet<string> = new Set(Object.values(HEADERS));
/** Characters of a reason that are kept. */
const LONGEST_REASON = 500;
/** Bytes that are kept of a body that no queue takes. */
const KEPT_BYTES = 65_536;

/**
 * The message as it is kept: its body untouched, the note in its headers. Its time to live is taken off, since a broker
 * would drop it here.
 * @param nowMs - Unix milliseconds
 */
export function toQuarantine(message: RawMessage, why: QuarantineReason, queue: string, nowMs: number): RawMessage {
  const { expiration: _, ...properties } = message.properties;
  const headers = copyHeaders(message.headers, () => true);
  headers[HEADERS.reason] = escapeForLog(why.reason, LONGEST_REASON);
  headers[HEADERS.code] = why.code;
  headers[HEADERS.queue] = queue;
  headers[HEADERS.time] = isoTime(nowMs);
  return { ...message, headers, properties };
}

/** The beginning of a message in quarantine that is too large for the broker; its headers say how large it was. */
export function truncated(kept: RawMessage): RawMessage {
  const headers = copyHeaders(kept.headers, () => true);
  headers[HEADERS.truncated] = kept.body.byteLength;
  return { ...kept, headers, body: Buffer.from(kept.body.subarray(0, KEPT_BYTES)) };
}

/** The message as it was, and the note; the note is undefined for a message that no worker put there. */
export function fromQuarantine(message: RawMessage): {
  readonly message: RawMessage;
  readonly note: QuarantineNote | undefined;
} {
  const headers = copyHeaders(message.headers, (name) => !OWN_HEADERS.has(name));
  return { message: { ...message, headers }, note: noteOf(message) };
}

function noteOf({ headers }: RawMessage): QuarantineNote | undefined {
  const queue = headers[HEADERS.queue];
  if (typeof queue !== 'string' || queue === '') return undefined;
  const bytes = headers[HEADERS.truncated];
  return {
    queue,
    code: textOf(headers[HEADERS.code]),
    reason: textOf(headers[HEADERS.reason]),
    time: textOf(headers[HEADERS.time]),
    ...(typeof bytes === 'number' && { truncatedFrom: bytes }),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Names are outside data: the copy has no prototype that one of them could reach. */
function copyHeaders(headers: RawMessage['headers'], isWanted: (name: string) => boolean): { [name: string]: unknown } {
  const copy = Object.create(null) as { [name: string]: unknown };
  for (const name of Object.keys(headers)) if (isWanted(name)) copy[name] = headers[name];
  return copy;
}
