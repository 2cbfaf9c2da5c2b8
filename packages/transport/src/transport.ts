import type { Clock, JointWork, Logger, RawMessage } from '@celeriac/protocol';
import type { TransportCapabilities } from './capabilities.ts';
import type { Delivery } from './delivery.ts';
import type { Topology } from './topology.ts';

/** One message on its way to the broker. */
export interface OutgoingMessage {
  /** `''` is the default exchange: the routing key is the queue's name. */
  readonly exchange: string;
  readonly routingKey: string;
  readonly message: RawMessage;
  /** Unix milliseconds before which no consumer gets it; only where `capabilities.delayedDelivery`. */
  readonly deliverAt?: number;
  /** Fail with {@link UnroutableError} when no queue takes it, instead of dropping it. */
  readonly mandatory?: boolean;
}

/** Whether one message of a batch was accepted (`undefined`), or why not. */
export type PublishOutcome = Error | undefined;

/** What a consumer wants and where its deliveries go. */
export interface ConsumeOptions {
  readonly queues: readonly string[];
  /** Most unsettled deliveries at a time, 0 = no limit. */
  readonly prefetch: number;
  /** Deliveries are settled as they are handed over. */
  readonly noAck?: boolean;
  /** Called with everything that arrived together, never with an empty list. It must not throw. */
  readonly onDeliveries: (deliveries: readonly Delivery[]) => void;
  /** The consumer has ended without `stop()`: connection or lease lost. Called once. */
  readonly onLost: (error: Error) => void;
}

/** A running consumer. */
export interface Consumer {
  /**
   * When it last had word from its broker, in milliseconds of `performance.now()`; while it has no room or no queues it
   * needs none, and says now. Absent where a broken connection is noticed by itself, and
   * where nothing but a message is ever heard.
   */
  readonly activeAtMs?: number | undefined;
  /** Changes the window; a smaller one takes effect as deliveries are settled. */
  setPrefetch(count: number): void;
  /** Changes which queues are read. */
  setQueues(queues: readonly string[]): Promise<void>;
  /** Takes no more messages. Deliveries already handed over stay held until they are settled. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Settlements that a result store of the same database may make in its own transaction, together with the outcomes.
 * Absent where a broker is no such database.
 */
export interface JointSettlement {
  readonly domain: string;
  /**
   * Claims the deliveries as `settle('ack')` would and hands out the statement; its rows' `guard` is the receipt.
   * `end` must follow: with the receipts that were settled, or with an error (then they stay unsettled and may be
   * settled again).
   * @throws {AlreadySettledError} when one of them was settled before
   */
  begin(deliveries: readonly Delivery[]): { readonly work: JointWork; end(settled: readonly string[] | Error): void };
}

/** Something about a broker that works now and may not for long. */
export interface BrokerWarning {
  readonly problem: string;
  /** What to do about it. */
  readonly hint: string;
}

/**
 * A connection to one broker. Brokers that only store and hand out messages implement `QueueStore` instead and get this
 * from `virtualTransport`; those that speak AMQP implement it themselves.
 *
 * All verbs throw {@link ConnectionLostError} when the broker cannot be reached (reconnect), {@link ChannelError} when
 * it refuses (the message says why); anything else is a bug.
 */
export interface Transport {
  /** Short name such as `memory` or `sqlite`. */
  readonly name: string;
  /** The URL with its secrets masked. */
  readonly url: string;
  readonly capabilities: TransportCapabilities;
  readonly joint?: JointSettlement;
  /** Opens the connection. Every other verb may be called only after it. */
  connect(): Promise<void>;
  /** Makes exchanges, queues and bindings exist. */
  declare(topology: Topology): Promise<void>;
  /** Resolves when the broker holds every message whose outcome is `undefined`; outcomes are in the order given. */
  publish(messages: readonly OutgoingMessage[]): Promise<readonly PublishOutcome[]>;
  consume(options: ConsumeOptions): Promise<Consumer>;
  /** Waiting messages, without those held by consumers. */
  size(queue: string): Promise<number>;
  /** Drops the waiting messages; resolves to how many. */
  purge(queue: string): Promise<number>;
  /** Removes the queue, its messages and bindings. Removing what does not exist is no error. */
  remove(queue: string): Promise<void>;
  /** What an operator should know of: nothing that stops work now. Absent where nothing is known. */
  warnings?(): Promise<readonly BrokerWarning[]>;
  /** Stops consumers, returns held deliveries to their queues, closes. Safe to call twice and before `connect`. */
  close(): Promise<void>;
}

/** What the application gives to a transport. */
export interface TransportContext {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Celery's `broker_transport_options`, not yet validated. */
  readonly options: { readonly [name: string]: unknown };
  /** Settings that are no transport's own; each takes what concerns it, and its `options` win. */
  readonly link?: LinkSettings;
}

/** What Celery's `broker_*` settings say about connections. */
export interface LinkSettings {
  /** Seconds between heartbeats, 0 = none. */
  readonly heartbeat?: number;
  /** TLS, by Node's names or Python's. */
  readonly ssl?: true | { readonly [name: string]: unknown };
  readonly loginMethod?: string;
  /** Type of queues in which the broker holds messages until their time. */
  readonly delayedQueueType?: 'quorum' | 'classic';
  /** Messages that are not due are left to the broker, where its options do not say otherwise. */
  readonly nativeDelayedDelivery?: true;
}

/** What a transport package exports as `transport`: found by the scheme of the broker URL. */
export interface TransportPlugin {
  /** URL schemes without `://`, such as `redis` and `rediss`. */
  readonly schemes: readonly string[];
  /**
   * Makes a transport; connects to nothing.
   * @param url - one broker URL, not masked
   * @throws {ConfigurationError} for a bad URL or option
   */
  create(url: string, context: TransportContext): Transport;
}
