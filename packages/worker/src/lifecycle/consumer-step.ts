import { decodeMessageBody, escapeForLog, isCeleriacError } from '@celeriac/protocol';
import type { Consumer, Delivery, Topology } from '@celeriac/transport';
import { StartStopStep } from './step.ts';
import type { ConsumerContext } from './worker-context.ts';
import type { WorkerInternals } from './worker-internals.ts';

/** Messages of a foreign queue that a step holds at a time, where it says nothing else. */
const PREFETCH = 10;

/** One message of a queue that a step reads. */
export interface StepMessage {
  readonly delivery: Delivery;
  /**
   * The body, decoded by its content type, if that is among `acceptContent`.
   * @throws {CeleriacError} when it is not, or cannot be decoded
   */
  decode(): unknown;
}

/** A queue, or several, that a step reads. */
export interface StepConsumer {
  readonly queues: readonly string[];
  /** Declared before they are read. Default: the queues, durable, without bindings. */
  readonly topology?: Topology;
  /** Most messages held at a time, 0 = no limit. Default 10. */
  readonly prefetch?: number;
  /** Messages count as done when they are handed over. */
  readonly noAck?: boolean;
  /**
   * Gets one message after the other, several at a time. When it resolves, the message is acknowledged, unless it was settled
   * already. When it rejects, that is logged and the message is put into quarantine.
   */
  readonly onMessage: (message: StepMessage) => void | Promise<void>;
}

/**
 * A step of the consumer that reads queues of its own, beside the worker's tasks: foreign messages, for instance.
 * @see celery/bootsteps.py ConsumerStep
 */
export abstract class ConsumerStep extends StartStopStep<ConsumerContext> {
  static readonly requires: readonly string[] = ['connection'];
  #consumers: Consumer[] = [];
  /** Messages that are being worked on. */
  readonly #running: Set<Promise<void>> = new Set();

  /** What to read. Asked for every connection. */
  abstract consumers(consumer: ConsumerContext): readonly StepConsumer[];

  override async start(consumer: ConsumerContext): Promise<void> {
    const { transport } = consumer;
    for (const wanted of this.consumers(consumer)) {
      const { queues, topology = { queues: queues.map((name) => ({ name })) }, prefetch = PREFETCH, noAck } = wanted;
      await transport.declare(topology);
      const reading = await transport.consume({
        queues,
        prefetch,
        ...(noAck !== undefined && { noAck }),
        onDeliveries: (deliveries) => {
          for (const delivery of deliveries) this.#receive(consumer, wanted, delivery);
        },
        onLost: (error) => consumer.lost(error),
      });
      this.#consumers.push(reading);
    }
  }

  /** Reads no more, and waits for the messages that are being worked on. */
  override async close(): Promise<void> {
    const consumers = this.#consumers;
    this.#consumers = [];
    await Promise.all(consumers.map((consumer) => consumer.stop()));
    await Promise.all(this.#running);
  }

  override async stop(): Promise<void> {
    const consumers = this.#consumers;
    this.#consumers = [];
    await Promise.all(consumers.map((consumer) => consumer.stop()));
  }

  #receive(consumer: ConsumerContext, wanted: StepConsumer, delivery: Delivery): void {
    const run = this.#handle(consumer, wanted, delivery).finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  async #handle(consumer: ConsumerContext, { onMessage, noAck }: StepConsumer, delivery: Delivery): Promise<void> {
    const { worker } = consumer;
    const { logger } = worker.runtime;
    const decode = (): unknown => decodeMessageBody(delivery.message, worker.runtime);
    try {
      await onMessage({ delivery, decode });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      logger.error(`${this.name}: a message from ${delivery.queue} failed: ${escapeForLog(reason)}`, { error });
      if (noAck === true || !delivery.held) return;
      await this.#quarantine(worker as WorkerInternals, delivery, error, reason);
      return;
    }
    if (noAck !== true && delivery.held) await this.#settle(worker as WorkerInternals, delivery, 'ack');
  }

  async #quarantine(worker: WorkerInternals, delivery: Delivery, error: unknown, reason: string): Promise<void> {
    const code = isCeleriacError(error) ? error.code : 'CLR_STEP';
    try {
      await worker.quarantine.keep(delivery, { code, reason });
      await this.#settle(worker, delivery, 'ack');
    } catch {
      // The quarantine has said why; the message comes again.
      await this.#settle(worker, delivery, 'requeue');
    }
  }

  async #settle({ runtime }: WorkerInternals, delivery: Delivery, how: 'ack' | 'requeue'): Promise<void> {
    try {
      await delivery.settle(how);
    } catch (error) {
      runtime.logger.warning(`${this.name}: a message from ${delivery.queue} may come again`, { error });
    }
  }
}
