import type { Channel } from 'amqplib';
import { codeOf, operationError } from './amqp-errors.ts';
import type { BrokerLink } from './broker-link.ts';

const NOT_FOUND = 404;

/**
 * Questions and declarations, one at a time: the broker answers a bad one by closing the channel, which must blame
 * nobody else. The next one gets a new channel.
 */
export class ControlChannel {
  readonly #link: BrokerLink;
  #channel: Channel | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(link: BrokerLink) {
    this.#link = link;
  }

  /**
   * @param subject - the queue or exchange, with its kind
   * @throws {ChannelError} when the broker refuses
   * @throws {ConnectionLostError}
   */
  run<T>(subject: string, operation: (channel: Channel) => Promise<T>): Promise<T> {
    const answer = this.#last.then(() => this.#run(subject, operation));
    this.#last = answer.catch(() => {});
    return answer;
  }

  /** As {@link ControlChannel.run}; undefined when it does not exist. */
  async find<T>(subject: string, operation: (channel: Channel) => Promise<T>): Promise<T | undefined> {
    try {
      return await this.run(subject, operation);
    } catch (error) {
      if (codeOf((error as Error).cause) === NOT_FOUND) return undefined;
      throw error;
    }
  }

  async #run<T>(subject: string, operation: (channel: Channel) => Promise<T>): Promise<T> {
    if (!this.#link.alive) throw this.#link.loss;
    try {
      return await operation(await this.#open());
    } catch (error) {
      throw operationError(this.#link.url, subject, error, this.#link.alive);
    }
  }

  async #open(): Promise<Channel> {
    if (this.#channel !== undefined) return this.#channel;
    const channel = await this.#link.openChannel();
    channel.on('close', () => {
      if (this.#channel === channel) this.#channel = undefined;
    });
    this.#channel = channel;
    return channel;
  }
}
