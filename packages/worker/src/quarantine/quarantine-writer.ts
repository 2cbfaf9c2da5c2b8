import type { AppRuntime } from '@celeriac/core/internal';
import { escapeForLog, type RawMessage } from '@celeriac/protocol';
import type { Delivery, Transport } from '@celeriac/transport';
import { QUARANTINE_QUEUE, type QuarantineReason, toQuarantine } from './quarantine-message.ts';
import { takeMessages } from './take-messages.ts';

/** Characters of a payload that its log line shows. */
const EXCERPT = 200;
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

  constructor({ runtime, transport }: QuarantineWriterParts) {
    this.#runtime = runtime;
    this.#transport = transport;
  }

  /** Messages put aside so far. */
  get kept(): number {
    return this.#kept;
  }

  /**
   * Resolves when the broker holds the copy; settling the message itself is up to the caller.
   * @throws {PublishError} when the broker stays away
   */
  async keep(delivery: Delivery, why: QuarantineReason): Promise<void> {
    const { clock, publisher, logger } = this.#runtime;
    const { message, queue } = delivery;
    const reason = escapeForLog(why.reason, EXCERPT);
    logger.error(
      `Message from ${escapeForLog(queue, 255)} put into quarantine: ${reason} (${why.code}) ${excerptOf(message)}`,
    );
    const transport = await this.#transport();
    if (this.#declaredOn !== transport) {
      await transport.declare({ queues: [{ name: QUARANTINE_QUEUE }] });
      this.#declaredOn = transport;
    }
    const kept = toQuarantine(message, why, queue, clock.now());
    await publisher.publish({ exchange: '', routingKey: QUARANTINE_QUEUE, message: kept });
    this.#kept++;
    this.#trimming ??= this.#trim(transport).finally(() => {
      this.#trimming = undefined;
    });
  }

  /** Resolves when nothing is being dropped. */
  async idle(): Promise<void> {
    await this.#trimming;
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

/** The beginning of a payload, safe for a log, and short even where every character had to be escaped. */
function excerptOf({ body }: RawMessage): string {
  return escapeForLog(Buffer.from(body.subarray(0, EXCERPT)).toString('utf8'), EXCERPT).slice(0, EXCERPT);
}
