import type { ExchangeType, PublishRetryPolicy } from '@celeriac/transport';
import type { SignatureLike } from '../signature/signature-like.ts';

/**
 * The options of one call of a task.
 * @see celery/app/task.py Task.apply_async
 */
export interface ApplyOptions {
  /** Seconds until the task may run. Not together with `eta`. */
  readonly countdown?: number | undefined;
  /** The earliest time to run: a date, ISO text, or Unix milliseconds. */
  readonly eta?: Date | string | number | undefined;
  /** Too late to run after this: seconds from now, a date, or ISO text. */
  readonly expires?: number | Date | string | null | undefined;
  readonly queue?: string | undefined;
  readonly exchange?: string | undefined;
  readonly exchangeType?: ExchangeType | undefined;
  readonly routingKey?: string | undefined;
  /** 0..255; which end goes first depends on the broker. */
  readonly priority?: number | undefined;
  readonly serializer?: string | undefined;
  readonly compression?: string | null | undefined;
  /** Travel with the message and are found in `context.request.headers`. */
  readonly headers?: { readonly [name: string]: unknown } | undefined;
  /** Whether to try again when publishing fails by a lost connection. */
  readonly retry?: boolean | undefined;
  /** Seconds in it; what is left out comes from `taskPublishRetryPolicy`. */
  readonly retryPolicy?: Partial<PublishRetryPolicy> | undefined;
  /** Sent with the result when the task succeeds. */
  readonly link?: SignatureLike | readonly SignatureLike[] | undefined;
  /** Sent when the task fails. */
  readonly linkError?: SignatureLike | readonly SignatureLike[] | undefined;
  /** 1 to 255 characters. Default: a new UUID. */
  readonly taskId?: string | undefined;
  /** Name to show in logs and events. */
  readonly shadow?: string | undefined;
  /** Hard limit, seconds. */
  readonly timeLimit?: number | undefined;
  /** Soft limit, seconds; not above the hard one. */
  readonly softTimeLimit?: number | undefined;
  readonly ignoreResult?: boolean | undefined;
  /** 2 = survives a broker restart, 1 = need not. */
  readonly deliveryMode?: 1 | 2 | undefined;
  /** Fail with {@link UnroutableError} when no queue takes the message. */
  readonly mandatory?: boolean | undefined;
  /** Whether a task that sends this one remembers it as its child. Default true. */
  readonly addToParent?: boolean | undefined;
  /** Text instead of the arguments in logs and events, to hide secrets. */
  readonly argsrepr?: string | undefined;
  readonly kwargsrepr?: string | undefined;
  readonly groupId?: string | undefined;
  readonly groupIndex?: number | undefined;
  readonly rootId?: string | undefined;
  readonly parentId?: string | undefined;
  /** The body of the chord that the task is a header member of. */
  readonly chord?: SignatureLike | undefined;
  /** What follows, last one first. */
  readonly chain?: readonly SignatureLike[] | undefined;
  /** Attempts already made. */
  readonly retries?: number | undefined;
  readonly replyTo?: string | undefined;
  /** Names of the stamps; their values are in `stamps`, or in `headers`. */
  readonly stampedHeaders?: readonly string[] | undefined;
  /** Stamps by name. */
  readonly stamps?: { readonly [name: string]: unknown } | undefined;
  /** How often the task was replaced by another one. */
  readonly replacedTaskNesting?: number | undefined;
}
