import { type Clock, type Logger, maskUrl, silentLogger, systemClock } from '@celeriac/protocol';
import {
  ChannelError,
  ConnectionLostError,
  type ConsumeOptions,
  type Consumer,
  type OutgoingMessage,
  type PublishOutcome,
  type Topology,
  type Transport,
  type TransportCapabilities,
  type TransportPlugin,
} from '@celeriac/transport';
import { AmqpConsumer } from './amqp-consumer.ts';
import { type AmqpSettings, amqpSettings } from './amqp-options.ts';
import { AmqpPublisher } from './amqp-publisher.ts';
import { BrokerLink } from './broker-link.ts';
import { capabilitiesOf } from './capabilities.ts';
import { ControlChannel } from './control-channel.ts';
import { DelayQueues } from './delay-queues.ts';
import { declareTopology, exchangeSubject, queueSubject } from './topology-declarer.ts';

/** Settings of {@link amqpTransport}. */
export interface AmqpTransportOptions {
  /** `amqp://user:password@host:5672/vhost`, or `amqps://`. */
  readonly url: string;
  /** Celery's `broker_transport_options`; see the README. */
  readonly options?: { readonly [name: string]: unknown };
  /** Tells how far ahead a delayed message is. Default: the machine's time. */
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/**
 * A connection to RabbitMQ. A client that consumes publishes over a second one, opened with its first message, so that a
 * broker that blocks publishers does not stop consumers.
 * @throws {InvalidUrlError} with the URL masked
 * @throws {ConfigurationError} for an unknown option or a value out of range
 */
export function amqpTransport(options: AmqpTransportOptions): Transport {
  const { url, clock = systemClock, logger = silentLogger } = options;
  return new AmqpTransport(maskUrl(url), amqpSettings(url, options.options), clock, logger);
}

/** Found by the scheme of a broker URL. */
export const transport: TransportPlugin = Object.freeze({
  schemes: Object.freeze(['amqp', 'amqps', 'pyamqp']),
  create: (url, { clock, logger, options, link }) =>
    amqpTransport({ url, options: { ...link, ...options }, clock, logger }),
} satisfies TransportPlugin);

/** See {@link amqpTransport}. */
export class AmqpTransport implements Transport {
  readonly name: string = 'amqp';
  readonly url: string;
  readonly capabilities: TransportCapabilities;
  readonly #settings: AmqpSettings;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #consumers = new Set<AmqpConsumer>();
  readonly #quorumQueues = new Set<string>();
  #link: BrokerLink | undefined;
  #control: ControlChannel | undefined;
  #publisher: AmqpPublisher | undefined;
  #consumes = false;
  #opening: Promise<AmqpPublisher> | undefined;
  #delays: DelayQueues | undefined;
  #closing: Promise<void> | undefined;

  constructor(url: string, settings: AmqpSettings, clock: Clock, logger: Logger) {
    this.url = url;
    this.#settings = settings;
    this.#clock = clock;
    this.#logger = logger;
    this.capabilities = capabilitiesOf(settings);
  }

  async connect(): Promise<void> {
    const link = await this.#openLink('main');
    this.#link = link;
    this.#control = new ControlChannel(link);
    const { nativeDelayedDelivery, delayedQueueType } = this.#settings;
    if (nativeDelayedDelivery) this.#delays = new DelayQueues(this.#control, delayedQueueType, this.#clock);
  }

  async declare(topology: Topology): Promise<void> {
    const control = this.#requireControl();
    await declareTopology(control, topology);
    for (const queue of topology.queues ?? []) {
      if (queue.arguments?.['x-queue-type'] === 'quorum') this.#quorumQueues.add(queue.name);
    }
    await this.#delays?.reach(topology);
  }

  publish(messages: readonly OutgoingMessage[]): Promise<readonly PublishOutcome[]> {
    const publisher = this.#publisher;
    if (publisher !== undefined && this.#isFit(publisher)) return publisher.publish(messages);
    return this.#publishFirst(messages);
  }

  async consume(options: ConsumeOptions): Promise<Consumer> {
    this.#requireControl();
    this.#consumes = true;
    const { quorumQueues } = this.#settings;
    const consumer = await AmqpConsumer.start({
      link: this.#link!,
      options,
      countsDeliveries: quorumQueues,
      needsOwnWindow: (queue) => quorumQueues || this.#quorumQueues.has(queue),
      logger: this.#logger,
      onGone: (gone) => void this.#consumers.delete(gone),
    });
    this.#consumers.add(consumer);
    return consumer;
  }

  async size(queue: string): Promise<number> {
    const control = this.#requireControl();
    await this.#settled();
    const found = await control.find(queueSubject(queue), (channel) => channel.checkQueue(queue));
    return found?.messageCount ?? 0;
  }

  async purge(queue: string): Promise<number> {
    const control = this.#requireControl();
    await this.#settled();
    const purged = await control.find(queueSubject(queue), (channel) => channel.purgeQueue(queue));
    return purged?.messageCount ?? 0;
  }

  async remove(queue: string): Promise<void> {
    await this.#requireControl().find(queueSubject(queue), (channel) => channel.deleteQueue(queue));
    this.#quorumQueues.delete(queue);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Ends the connections without a word, as the end of the process would. */
  hangUp(): void {
    this.#publisher?.link.kill();
    this.#link?.kill();
  }

  async #close(): Promise<void> {
    // An opening connection closes itself when it sees that it comes too late.
    await this.#opening?.catch(() => {});
    const publisher = this.#publisher;
    await publisher?.finish();
    if (publisher !== undefined && publisher.link !== this.#link) await publisher.link.close();
    for (const consumer of [...this.#consumers]) consumer.end();
    await this.#link?.close();
    publisher?.end();
  }

  /** Who consumes publishes over another connection, since a broker in need stops reading from those that publish. */
  #isFit({ link }: AmqpPublisher): boolean {
    return link.alive && (!this.#consumes || link !== this.#link);
  }

  async #publishFirst(messages: readonly OutgoingMessage[]): Promise<readonly PublishOutcome[]> {
    this.#requireControl();
    this.#opening ??= this.#openPublisher().finally(() => {
      this.#opening = undefined;
    });
    return (await this.#opening).publish(messages);
  }

  async #openPublisher(): Promise<AmqpPublisher> {
    // What was published before comes first.
    await this.#publisher?.finish();
    const link = this.#consumes ? await this.#openLink('publisher') : this.#link!;
    const publisher = new AmqpPublisher({
      link,
      maxBodyBytes: this.capabilities.maxBodyBytes,
      blockedTimeoutMs: this.#settings.blockedTimeoutMs,
      exchangeExists: (exchange) => this.#exchangeExists(exchange),
      delayed: (message) => this.#delayed(message),
    });
    this.#publisher = publisher;
    return publisher;
  }

  async #openLink(role: string): Promise<BrokerLink> {
    if (this.#closing !== undefined) throw this.#closedError();
    const link = await BrokerLink.open(this.#settings, this.url, role, this.#logger);
    if (this.#closing === undefined) return link;
    await link.close();
    throw this.#closedError();
  }

  async #exchangeExists(exchange: string): Promise<boolean> {
    const control = this.#requireControl();
    const found = await control.find(exchangeSubject(exchange), (channel) => channel.checkExchange(exchange));
    return found !== undefined;
  }

  async #delayed(message: OutgoingMessage): Promise<OutgoingMessage> {
    if (this.#delays !== undefined) return this.#delays.redirect(message);
    throw new ChannelError('deliverAt', 'this transport cannot hold messages back', {
      hint: 'Set brokerTransportOptions.nativeDelayedDelivery, or let the worker hold the message until its eta.',
    });
  }

  /** What this client settled is counted too. */
  async #settled(): Promise<void> {
    await Promise.all(Array.from(this.#consumers, (consumer) => consumer.settled()));
  }

  #requireControl(): ControlChannel {
    if (this.#control === undefined || this.#closing !== undefined) throw this.#closedError();
    return this.#control;
  }

  #closedError(): ConnectionLostError {
    return new ConnectionLostError(this.url, 'the connection is closed');
  }
}
