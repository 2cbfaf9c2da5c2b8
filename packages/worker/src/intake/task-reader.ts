import type { ConsumedQueues } from '@celeriac/core/internal';
import type { Logger } from '@celeriac/protocol';
import type { Consumer, Delivery, Topology, Transport } from '@celeriac/transport';

/** What reading queues takes, and whom it tells. */
export interface TaskReaderParts {
  readonly queues: ConsumedQueues;
  /**
   * Most messages held at a time, 0 = no limit, undefined = none may be taken now. Asked again whenever
   * {@link TaskReader.updatePrefetch} is called.
   */
  readonly prefetch: () => number | undefined;
  readonly onDeliveries: (deliveries: readonly Delivery[]) => void;
  readonly logger: Logger;
}

/** Reads the worker's queues, on one connection after the other. */
export class TaskReader {
  readonly #parts: TaskReaderParts;
  /** What is read, by the queue's name; queues added while it reads are remembered for the next connection. */
  readonly #topologies: Map<string, Topology>;
  #transport: Transport | undefined;
  #consumer: Consumer | undefined;
  #prefetch = -1;
  #prefetchDue = false;
  #isPaused = false;
  #deliveredAtMs = performance.now();

  constructor(parts: TaskReaderParts) {
    this.#parts = parts;
    const { names, topology } = parts.queues;
    this.#topologies = new Map(names.map((name) => [name, topology]));
  }

  /** The names of the queues that are read. */
  get queues(): readonly string[] {
    return [...this.#topologies.keys()];
  }

  /**
   * How long nothing was heard from the broker, milliseconds; undefined where the consumer cannot tell, or none reads.
   */
  get silentMs(): number | undefined {
    const atMs = this.#consumer?.activeAtMs;
    return atMs === undefined ? undefined : performance.now() - atMs;
  }

  /** How long nothing was delivered, milliseconds. */
  get quietMs(): number {
    return performance.now() - this.#deliveredAtMs;
  }

  /** The window that the broker was told; -1 before. */
  get prefetch(): number {
    return this.#prefetch;
  }

  /**
   * Resolves when messages are being read.
   * @param onLost - reading has ended without {@link stop}; called once
   * @throws {ConnectionLostError} | {ChannelError} when the broker refuses
   */
  async start(transport: Transport, onLost: (error: Error) => void): Promise<void> {
    const { prefetch, onDeliveries } = this.#parts;
    for (const topology of new Set(this.#topologies.values())) await transport.declare(topology);
    this.#prefetch = prefetch() ?? 1;
    this.#isPaused = false;
    let isLost = false;
    this.#deliveredAtMs = performance.now();
    const consumer = await transport.consume({
      queues: this.queues,
      prefetch: this.#prefetch,
      onDeliveries: (deliveries) => {
        this.#deliveredAtMs = performance.now();
        onDeliveries(deliveries);
      },
      onLost: (error) => {
        isLost = true;
        onLost(error);
      },
    });
    if (isLost) return;
    this.#transport = transport;
    this.#consumer = consumer;
  }

  /** Tells the broker about a changed window, once for all changes of a turn of the event loop. */
  updatePrefetch(): void {
    if (this.#prefetchDue) return;
    this.#prefetchDue = true;
    setImmediate(() => {
      this.#prefetchDue = false;
      const count = this.#parts.prefetch();
      if (this.#consumer === undefined) return;
      this.#pause(count === undefined);
      if (count === undefined || count === this.#prefetch) return;
      this.#prefetch = count;
      this.#consumer.setPrefetch(count);
    });
  }

  /** Reads these queues too, also after a lost connection. */
  async add({ names, topology }: ConsumedQueues): Promise<void> {
    for (const name of names) this.#topologies.set(name, topology);
    await this.#transport?.declare(topology);
    await this.#readQueues();
  }

  /** Reads these queues no more. */
  async cancel(names: readonly string[]): Promise<void> {
    for (const name of names) this.#topologies.delete(name);
    await this.#readQueues();
  }

  /** Reads no queue for a while. */
  #pause(isPaused: boolean): void {
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    this.#readQueues().catch((error: unknown) => this.#parts.logger.debug('Queues could not be changed', { error }));
  }

  async #readQueues(): Promise<void> {
    await this.#consumer?.setQueues(this.#isPaused ? [] : this.queues);
  }

  /** Takes no more messages; those that were handed over stay held. Never rejects. */
  async stop(): Promise<void> {
    const consumer = this.#consumer;
    this.#consumer = undefined;
    this.#transport = undefined;
    try {
      await consumer?.stop();
    } catch (error) {
      this.#parts.logger.debug('A consumer could not be stopped', { error });
    }
  }
}
