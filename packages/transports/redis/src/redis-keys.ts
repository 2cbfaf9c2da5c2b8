import type { RedisTransportSettings } from './redis-transport-options.ts';

/**
 * Names of keys and channels: kombu's, and beside them those that begin with `celeriac.`.
 * @see kombu/transport/redis.py
 */
export class RedisKeys {
  readonly unacked: string;
  readonly unackedIndex: string;
  readonly unackedMutex: string;
  /** Owners by the time when their leases end. */
  readonly owners: string;
  /** Exchanges with their types; kombu keeps no types. */
  readonly exchanges: string;
  readonly #prefix: string;
  readonly #settings: RedisTransportSettings;
  readonly #fanoutPrefix: string;

  constructor(prefix: string, settings: RedisTransportSettings, db: number) {
    this.#prefix = prefix;
    this.#settings = settings;
    this.#fanoutPrefix = prefix + settings.fanoutPrefix.replaceAll('{db}', String(db));
    this.unacked = prefix + settings.unackedKey;
    this.unackedIndex = prefix + settings.unackedIndexKey;
    this.unackedMutex = prefix + settings.unackedMutexKey;
    this.owners = `${prefix}celeriac.owners`;
    this.exchanges = `${prefix}celeriac.exchanges`;
  }

  /** What an owner holds: blocks of the numbers in its fields of `unacked`. */
  held(owner: string): string {
    return `${this.#prefix}celeriac.held.${owner}`;
  }

  /** Queues that end with an owner. */
  transient(owner: string): string {
    return `${this.#prefix}celeriac.transient.${owner}`;
  }

  binding(exchange: string): string {
    return `${this.#prefix}_kombu.binding.${exchange}`;
  }

  /** Queues that get copies of what goes to a fanout exchange. */
  fanout(exchange: string): string {
    return `${this.#prefix}celeriac.fanout.${exchange}`;
  }

  /** Tells that a message of a channel has reached a queue already. */
  seen(queue: string, deliveryTag: string): string {
    return `${this.#prefix}celeriac.seen.${deliveryTag}.${queue}`;
  }

  /** The list for a message of this priority. */
  list(queue: string, priority: number): string {
    return this.#listOfStep(queue, this.#stepOf(priority));
  }

  /** All lists of a queue, served first to last. */
  lists(queue: string): readonly string[] {
    return this.#settings.prioritySteps.map((step) => this.#listOfStep(queue, step));
  }

  /** Where what is published to a fanout exchange is told to Python. */
  channel(exchange: string, routingKey: string): string {
    const key = this.#settings.fanoutPatterns && routingKey !== '' ? `/${routingKey}` : '';
    return this.#fanoutPrefix + exchange + key;
  }

  #listOfStep(queue: string, step: number): string {
    return this.#prefix + (step === 0 ? queue : queue + this.#settings.sep + step);
  }

  /** The highest step that is not above the priority; with none, the last one, as Python's index -1 has it. */
  #stepOf(priority: number): number {
    const { prioritySteps } = this.#settings;
    const clamped = Math.min(9, Math.max(0, priority));
    return prioritySteps.findLast((step) => step <= clamped) ?? prioritySteps.at(-1)!;
  }
}
