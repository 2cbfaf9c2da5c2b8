import { CeleriacError, type CeleriacErrorOptions } from '@celeriac/protocol';

/** The server cannot be reached, has gone, or cannot serve now: connect again and try again. */
export class RedisUnavailableError extends CeleriacError {
  readonly code = 'CLR_REDIS_UNAVAILABLE';
  /** Masked URL. */
  readonly url: string;
  /** The first word of the server's answer, such as `READONLY`; undefined when there was no answer. */
  readonly reply: string | undefined;

  constructor(url: string, reason: string, reply?: string, options?: CeleriacErrorOptions) {
    super(`Redis at ${url}: ${reason}`, options);
    this.url = url;
    this.reply = reply;
  }
}

/** The server refuses this client: a wrong password, or a user that may not do what is needed. Trying again is no use. */
export class RedisAccessError extends CeleriacError {
  readonly code = 'CLR_REDIS_ACCESS';
  /** Masked URL. */
  readonly url: string;
  /** `NOAUTH`, `WRONGPASS` or `NOPERM`. */
  readonly reply: string;

  constructor(url: string, reason: string, reply: string, options?: CeleriacErrorOptions) {
    super(`Redis at ${url} refuses access: ${reason}`, options);
    this.url = url;
    this.reply = reply;
  }
}

/** The server refuses one command and works otherwise, as with `OOM` or `WRONGTYPE`. */
export class RedisReplyError extends CeleriacError {
  readonly code = 'CLR_REDIS_REPLY';
  /** Masked URL. */
  readonly url: string;
  /** The first word of the server's answer. */
  readonly reply: string;

  constructor(url: string, reason: string, reply: string, options?: CeleriacErrorOptions) {
    super(`Redis at ${url} answers: ${reason}`, options);
    this.url = url;
    this.reply = reply;
  }
}

/** Answers of a server that another attempt, perhaps at another server, may not meet again. */
const PASSING: ReadonlySet<string> = new Set([
  'READONLY',
  'LOADING',
  'MISCONF',
  'BUSY',
  'MASTERDOWN',
  'NOREPLICAS',
  'CLUSTERDOWN',
  'TRYAGAIN',
  'MOVED',
  'ASK',
  'UNBLOCKED',
]);

const HINTS: ReadonlyMap<string, string> = new Map([
  ['NOAUTH', 'Put the password into the URL: redis://user:password@host/0.'],
  ['WRONGPASS', 'Compare user and password of the URL with the server; percent-encode / ? # and @ in them.'],
  ['NOPERM', 'Let the user of the URL run the commands named, on the keys and channels named.'],
  ['READONLY', 'The server is a replica now: point the URL at the master, or use sentinel://.'],
  ['MISCONF', 'The server cannot save to its disk and refuses writes until it can.'],
  ['OOM', 'The server has reached its maxmemory: free memory, or let workers catch up.'],
  ['MOVED', 'The server is a part of a cluster: write redis+cluster:// in the URL.'],
  ['CROSSSLOT', 'Give all keys one slot by a global_keyprefix with a hash tag, such as {celeriac}.'],
]);

/** Whatever ioredis threw, as one of the errors of this file. */
export function redisError(url: string, error: unknown): RedisUnavailableError | RedisAccessError | RedisReplyError {
  if (error instanceof RedisUnavailableError || error instanceof RedisAccessError || error instanceof RedisReplyError) {
    return error;
  }
  const message = messageOf(error);
  const reply = replyCode(error, message);
  const hint = reply === undefined ? undefined : HINTS.get(reply);
  // Not the error itself as the cause: ioredis adds the arguments of the command to it, message bodies and passwords too.
  const options = hint === undefined ? undefined : { hint };
  if (reply === undefined || PASSING.has(reply)) return new RedisUnavailableError(url, message, reply, options);
  if (reply === 'NOAUTH' || reply === 'WRONGPASS' || reply === 'NOPERM') {
    return new RedisAccessError(url, message, reply, options);
  }
  return new RedisReplyError(url, message, reply, options);
}

/** An answer begins with its code in capitals; everything else is the network or ioredis. */
function replyCode(error: unknown, message: string): string | undefined {
  if (!(error instanceof Error) || (error.name !== 'ReplyError' && !error.message.includes('EXECABORT'))) {
    return undefined;
  }
  // A refused transaction names its reason on the commands before it.
  const first = (error as { previousErrors?: readonly unknown[] }).previousErrors?.[0];
  const code = /^([A-Z]{2,})\b/.exec(first instanceof Error ? first.message : message)?.[1];
  if (code === 'ERR' && /invalid (?:username-)?password|AUTH <password>/i.test(message)) return 'WRONGPASS';
  return code ?? 'ERR';
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [first] = (error as { previousErrors?: readonly unknown[] }).previousErrors ?? [];
  if (first instanceof Error) return first.message;
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0].message;
  return error.message === '' ? error.name : error.message;
}
