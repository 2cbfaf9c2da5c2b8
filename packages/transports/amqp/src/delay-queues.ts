import type { Clock } from '@celeriac/protocol';
import { ChannelError, type OutgoingMessage, type Topology } from '@celeriac/transport';
import type { ControlChannel } from './control-channel.ts';
import { delayBindings, delayedMessage, delayTopology, type ExchangeBinding } from './delayed-delivery.ts';
import { declareTopology, exchangeSubject } from './topology-declarer.ts';

/** The delay queues of a broker, declared when they are first needed. */
export class DelayQueues {
  readonly #control: ControlChannel;
  readonly #queueType: 'quorum' | 'classic';
  readonly #clock: Clock;
  readonly #topics = new Set<string>();
  #declared: Promise<void> | undefined;

  constructor(control: ControlChannel, queueType: 'quorum' | 'classic', clock: Clock) {
    this.#control = control;
    this.#queueType = queueType;
    this.#clock = clock;
  }

  /** Lets delayed messages find the queues of a topology that is there already. */
  async reach(topology: Topology): Promise<void> {
    for (const { name, type } of topology.exchanges ?? []) if (type === 'topic') this.#topics.add(name);
    await this.#declare();
    const { bindings, exchangeBindings } = delayBindings(topology);
    await this.#bindExchanges(exchangeBindings);
    await declareTopology(this.#control, { bindings });
  }

  /**
   * The message as it is to be published now.
   * @throws {ChannelError} when delayed messages cannot reach its exchange
   */
  async redirect(message: OutgoingMessage): Promise<OutgoingMessage> {
    const { exchange } = message;
    const delayed = delayedMessage(message, this.#clock.now());
    if (delayed.exchange === exchange) return delayed;
    if (exchange !== '' && !this.#topics.has(exchange)) {
      throw new ChannelError(exchangeSubject(exchange), 'only topic exchanges can be reached by delayed messages', {
        hint: 'Make it a topic exchange, or publish to the queue itself.',
      });
    }
    await this.#declare();
    return delayed;
  }

  #declare(): Promise<void> {
    this.#declared ??= this.#declareAll().catch((error: unknown) => {
      this.#declared = undefined;
      throw error;
    });
    return this.#declared;
  }

  async #declareAll(): Promise<void> {
    const { topology, exchangeBindings } = delayTopology(this.#queueType);
    await declareTopology(this.#control, topology);
    await this.#bindExchanges(exchangeBindings);
  }

  async #bindExchanges(bindings: readonly ExchangeBinding[]): Promise<void> {
    for (const { source, destination, routingKey } of bindings) {
      const subject = `binding of ${exchangeSubject(destination)} to ${exchangeSubject(source)}`;
      await this.#control.run(subject, (channel) => channel.bindExchange(destination, source, routingKey));
    }
  }
}
