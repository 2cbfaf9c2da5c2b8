import type { AppRuntime } from '@celeriac/core/internal';
import { escapeForLog, isCeleriacError, type RawMessage } from '@celeriac/protocol';
import type { Delivery, Transport } from '@celeriac/transport';
import { QuarantineError } from './quarantine-error.ts';
import { QUARANTINE_QUEUE, type QuarantineReason, toQuarantine, truncated } from './quarantine-message.ts';
import { takeMessages } from './take-messages.ts';

/** Characters of a payload that its log line shows. */
const EXCERPT = 200;
/** Characters of names and ids. */
const LONGEST_NAME = 255;
/** Oldest messages dropped at a time. */
const TRIM_STEP = 500;

/** What keeping messages takes. */
export interface QuarantineWriterParts {
  readonly runtime: AppRuntime;
  /** The connection that the messages came by. */
  readonly transport: () => Promise<Transport>;
}

/** Puts messages aside that no worker can work on, at most `workerQuarantineLimit` of them. */
export class QuarantineWriter {
  readonly #runtime: AppRuntime;
  readonly #transport: () => Promise<Transport>;
  /** The connection on which the queue is known to exist. */
  #declaredOn: Transport | undefined;
  #trimming: Promise<void> | undefined;
  #kept = 0;
  /** A step after the copy may fail, and bring the message here again. */
  readonly #done: WeakSet<Delivery> = new WeakSet();

  constructor({ runtime, transport }: QuarantineWriterParts) {
    this.#runtime = runtime;
    this.#transport = transport;
  }

  /** Messages put aside so far. */
  get kept(): number {
    return this.#kept;
  }

  /**
   * Resolves when the broker holds the copy; settling the message itself is up to the caller. Of a message that is too
   * large for the broker the beginning is kept.
   * @throws {QuarantineError} when it cannot be kept
   */
  async keep(delivery: Delivery, why: QuarantineReason): Promise<void> {
    if (this.#done.has(delivery)) return;
    const { message } = delivery;
    const what = labelOf(message, delivery.queue);
    const reason = `${escapeForLog(why.reason, EXCERPT)} (${why.code}) ${excerptOf(message)}`;
    const [transport, isWhole] = await this.#send(message, delivery.queue, why).catch((error: unknown) => {
      throw new QuarantineError(delivery.queue, `${what}: ${reason}`, error);
    });
    this.#done.add(delivery);
    this.#kept++;
    const size = isWhole ? '' : `, truncated from ${message.body.byteLength} bytes`;
    this.#runtime.logger.error(`${what} put into quarantine${size}: ${reason}`);
    this.#trimming ??= this.#trim(transport).finally(() => {
      this.#trimming = undefined;
    });
  }

  /** Resolves when nothing is being dropped. */
  async idle(): Promise<void> {
    await this.#trimming;
  }

  /** @returns the connection, and whether the copy is whole */
  async #send(message: RawMessage, queue: string, why: QuarantineReason): Promise<readonly [Transport, boolean]> {
    const { clock, publisher } = this.#runtime;
    const transport = await this.#transport();
    if (this.#declaredOn !== transport) {
      await transport.declare({ queues: [{ name: QUARANTINE_QUEUE }] });
      this.#declaredOn = transport;
    }
    const kept = toQuarantine(message, why, queue, clock.now());
    const publish = (copy: RawMessage): Promise<void> =>
      publisher.publish({ exchange: '', routingKey: QUARANTINE_QUEUE, message: copy });
    try {
      await publish(kept);
      return [transport, true];
    } catch (error) {
      if (!isCeleriacError(error, 'CLR_MESSAGE_TOO_LARGE')) throw error;
      await publish(truncated(kept));
      return [transport, false];
    }
  }

  async #trim(transport: Transport): Promise<void> {
    const { logger, settings } = this.#runtime;
    try {
      for (;;) {
        const excess = (await transport.size(QUARANTINE_QUEUE)) - settings.workerQuarantineLimit;
        if (excess <= 0) return;
        const oldest = await takeMessages(transport, Math.min(excess, TRIM_STEP));
        if (oldest.length === 0) return;
        await Promise.all(oldest.map((delivery) => delivery.settle('ack')));
        logger.warning(`The quarantine is full: its ${oldest.length} oldest messages were dropped`);
      }
    } catch (error) {
      logger.warning(`The quarantine could not be trimmed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** `Message tasks.add[4cc7438e-…] from celery`, as far as the headers tell. */
function labelOf({ headers: { task, id } }: RawMessage, queue: string): string {
  const name = typeof task === 'string' ? escapeForLog(task, LONGEST_NAME) : '?';
  const known = typeof id === 'string' ? escapeForLog(id, LONGEST_NAME) : '?';
  const label = typeof task === 'string' || typeof id === 'string' ? ` ${name}[${known}]` : '';
  return `Message${label} from ${escapeForLog(queue, LONGEST_NAME)}`;
}

/** The beginning of a payload, safe for a log, and short even where every character had to be escaped. */
function excerptOf({ body }: RawMessage): string {
  return escapeForLog(Buffer.from(body.subarray(0, EXCERPT)).toString('utf8'), EXCERPT).slice(0, EXCERPT);
}
