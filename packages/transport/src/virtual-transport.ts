import { type Clock, escapeForLog, type Logger } from '@celeriac/protocol';
import type { BindingStore } from './binding-store.ts';
import type { TransportCapabilities } from './capabilities.ts';
import { checkTopology } from './check-topology.ts';
import { ExchangeTable } from './exchange-table.ts';
import { HeldDeliveries } from './held-deliveries.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { MemoryBindingStore } from './memory-binding-store.ts';
import { MessageShelf } from './message-shelf.ts';
import type { LeaseThread, QueueStore } from './queue-store.ts';
import { Settler } from './settler.ts';
import type { Binding, QueueDeclaration, Topology } from './topology.ts';
import { TransientQueues } from './transient-queues.ts';
import type {
  BrokerWarning,
  ConsumeOptions,
  Consumer,
  JointSettlement,
  OutgoingMessage,
  PublishOutcome,
  Transport,
} from './transport.ts';
import { ConnectionLostError } from './transport-errors.ts';
import { type ConsumerHost, VirtualConsumer } from './virtual-consumer.ts';
import { type JointParts, VirtualJointSettlement } from './virtual-joint-settlement.ts';
import { VirtualPublisher } from './virtual-publisher.ts';

/** One wait of an idle consumer; long enough to cost nothing. */
const DEFAULT_WAIT_MS = 30_000;
/** Taken at a time at most. */
const LARGEST_TAKE = 1000;
/** How long `close` waits for takes, puts and settlements under way before it closes the store under them. */
const CLOSE_MS = 5000;

/** What a broker that only stores and hands out messages brings along. */
export interface VirtualTransportParts {
  /** Short name such as `memory` or `sqlite`. */
  readonly name: string;
  /** The URL with its secrets masked. */
  readonly url: string;
  readonly store: QueueStore;
  readonly capabilities: TransportCapabilities;
  /** Where exchanges and bindings are kept; in this process by default. */
  readonly bindings?: BindingStore;
  /** How taken messages stay leased; absent where they stay held as long as the connection. */
  readonly lease?: {
    /** A lease that is not renewed ends after this time. It is renewed every third of it. */
    readonly leaseMs: number;
    /** Renews away from the main thread; otherwise `store.renew` is called from it. */
    readonly thread?: LeaseThread;
  };
  readonly joint?: JointParts;
  /** The store has its messages in this process's memory: to pack those that wait long would save nothing. Default false. */
  readonly inMemory?: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Longest wait of one `store.take`, in milliseconds. Default 30,000. */
  readonly waitMs?: number;
  /**
   * Most messages of one `store.take`. Default 1000: a bounded amount of work and memory. Fewer, where a take costs little:
   * what is gone soon costs V8 less than what it has to move.
   */
  readonly largestTake?: number;
  /** Opens the store. */
  connect?(): Promise<void>;
  /** Told of queues, with what is to be bound to them, when their exchanges are there and before they are bound. */
  noteQueues?(queues: readonly QueueDeclaration[], bindings: readonly Binding[]): void;
  /** Takes note of queues that end with this connection, for stores that can remove them should its process die. */
  declareTransient?(queues: readonly string[]): Promise<void>;
  /** See `Transport.warnings`. */
  warnings?(): Promise<readonly BrokerWarning[]>;
  /** Called once, after the store was closed. */
  onClose?(): void | Promise<void>;
}

/**
 * Turns a {@link QueueStore} into a full transport: exchanges and bindings, batches, prefetch windows, leases and
 * settlements are derived from its eight verbs.
 *
 * Queues that nobody declared come into being as something is put into them, so messages to the default exchange are
 * always routable.
 */
export function virtualTransport(parts: VirtualTransportParts): Transport {
  return new VirtualTransport(parts);
}

class VirtualTransport implements Transport {
  readonly name: string;
  readonly url: string;
  readonly capabilities: TransportCapabilities;
  readonly joint?: JointSettlement;
  readonly #parts: VirtualTransportParts;
  readonly #store: QueueStore;
  readonly #bindings: BindingStore;
  readonly #publisher: VirtualPublisher;
  readonly #settler: Settler;
  readonly #held: HeldDeliveries = new HeldDeliveries();
  readonly #transient: TransientQueues = new TransientQueues();
  readonly #consumers: Set<VirtualConsumer> = new Set();
  readonly #keeper: LeaseKeeper | undefined;
  readonly #host: ConsumerHost;
  #connecting: Promise<void> | undefined;
  #connected = false;
  #closing: Promise<void> | undefined;

  constructor(parts: VirtualTransportParts) {
    const { name, url, store, capabilities, bindings, joint } = parts;
    this.name = name;
    this.url = url;
    this.capabilities = capabilities;
    if (joint !== undefined) this.joint = new VirtualJointSettlement(joint);
    this.#parts = parts;
    this.#store = store;
    this.#bindings = bindings ?? new MemoryBindingStore();
    this.#publisher = new VirtualPublisher(store, new ExchangeTable(this.#bindings), capabilities);
    this.#settler = new Settler(store);
    this.#keeper = this.#leaseKeeper();
    this.#host = this.#consumerHost();
  }

  connect(): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(this.#notOpen('it was closed'));
    this.#connecting ??= this.#connect();
    return this.#connecting;
  }

  async declare(topology: Topology): Promise<void> {
    this.#requireOpen();
    const { exchanges = [], queues = [] } = topology;
    const bindings = await checkTopology(topology, this.capabilities, this.#bindings);
    if (exchanges.length > 0) await this.#bindings.declare(exchanges, []);
    this.#parts.noteQueues?.(queues, bindings);
    if (bindings.length > 0) await this.#bindings.declare([], bindings);
    const transient = queues.filter((queue) => this.#transient.declared(queue)).map((queue) => queue.name);
    if (transient.length === 0) return;
    this.#keeper?.open();
    await this.#parts.declareTransient?.(transient);
  }

  publish(messages: readonly OutgoingMessage[]): Promise<readonly PublishOutcome[]> {
    if (!this.#isOpen) return Promise.reject(this.#notOpen());
    return this.#publisher.publish(messages);
  }

  async consume(options: ConsumeOptions): Promise<Consumer> {
    this.#requireOpen();
    const consumer = new VirtualConsumer(this.#host, options);
    this.#consumers.add(consumer);
    this.#keeper?.open();
    consumer.start();
    return consumer;
  }

  async size(queue: string): Promise<number> {
    this.#requireOpen();
    return this.#store.size(queue);
  }

  async purge(queue: string): Promise<number> {
    this.#requireOpen();
    return this.#store.purge(queue);
  }

  async remove(queue: string): Promise<void> {
    this.#requireOpen();
    await this.#removeQueue(queue);
  }

  async warnings(): Promise<readonly BrokerWarning[]> {
    this.#requireOpen();
    return (await this.#parts.warnings?.()) ?? [];
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #connect(): Promise<void> {
    try {
      await this.#parts.connect?.();
      this.#connected = true;
    } catch (error) {
      this.#connecting = undefined;
      throw error;
    }
  }

  get #isOpen(): boolean {
    return this.#connected && this.#closing === undefined;
  }

  #requireOpen(): void {
    if (!this.#isOpen) throw this.#notOpen();
  }

  #notOpen(reason: string = this.#closing === undefined ? 'it is not connected' : 'it was closed'): Error {
    return new ConnectionLostError(this.url, reason);
  }

  async #removeQueue(queue: string): Promise<void> {
    this.#transient.forget(queue);
    await this.#store.remove(queue);
    await this.#bindings.forget(queue);
  }

  async #close(): Promise<void> {
    if (this.#connected) await this.#finishWork();
    await this.#keeper?.close();
    this.#held.loseAll();
    try {
      await this.#store.close();
    } finally {
      await this.#parts.onClose?.();
    }
  }

  /** A broker that answers nothing any more must not keep the process from ending. */
  async #finishWork(): Promise<void> {
    const impatience = Promise.withResolvers<void>();
    const timer = this.#parts.clock.setTimer(CLOSE_MS, impatience.resolve, { ref: false });
    await Promise.race([this.#drain(), impatience.promise]);
    timer.cancel();
  }

  async #drain(): Promise<void> {
    await Promise.all(Array.from(this.#consumers, (consumer) => consumer.stop()));
    await Promise.all([this.#publisher.idle(), this.#settler.idle()]);
    await this.#dropQueues(this.#transient.remaining());
  }

  async #dropQueues(queues: readonly string[]): Promise<void> {
    for (const queue of queues) {
      try {
        await this.#removeQueue(queue);
      } catch (error) {
        this.#parts.logger.warning('A temporary queue could not be removed', {
          queue: escapeForLog(queue, 255),
          error,
        });
      }
    }
  }

  #consumerHost(): ConsumerHost {
    const { logger, waitMs = DEFAULT_WAIT_MS, largestTake = LARGEST_TAKE, inMemory = false } = this.#parts;
    return {
      store: this.#store,
      held: this.#held,
      settler: this.#settler,
      shelf: inMemory ? undefined : new MessageShelf(),
      logger,
      waitMs,
      largestTake,
      holding: () => this.#keeper?.holding(),
      reading: (queues) => this.#transient.reading(queues),
      leaving: (queues) => this.#dropQueues(this.#transient.leaving(queues)),
      ended: (consumer) => this.#consumers.delete(consumer),
    };
  }

  #leaseKeeper(): LeaseKeeper | undefined {
    const { lease, store, clock, logger, url } = this.#parts;
    if (lease === undefined) return undefined;
    return new LeaseKeeper({
      leaseMs: lease.leaseMs,
      thread: lease.thread,
      store,
      held: this.#held,
      clock,
      logger,
      url,
      onAllLost: (error) => {
        for (const consumer of [...this.#consumers]) consumer.fail(error);
      },
    });
  }
}
