import type { RedisKeys } from './redis-keys.ts';
import type { RedisTransportSettings } from './redis-transport-options.ts';

/** In which order queues and their lists are served. */
export class QueueLists {
  readonly #keys: RedisKeys;
  readonly #settings: RedisTransportSettings;
  /** Of each array of queues that was asked for. */
  readonly #lists: WeakMap<readonly string[], readonly string[]> = new WeakMap();
  #turn = 0;

  constructor(keys: RedisKeys, settings: RedisTransportSettings) {
    this.#keys = keys;
    this.#settings = settings;
  }

  /** Whether queues share out a take, or the first one may have all of it. */
  get takeTurns(): boolean {
    return this.#settings.queueOrderStrategy !== 'priority';
  }

  /** The queues in the order of the next take. @see kombu/utils/scheduling.py */
  inOrder(queues: readonly string[]): readonly string[] {
    const { queueOrderStrategy } = this.#settings;
    if (queueOrderStrategy === 'sorted') return queues.toSorted();
    if (queueOrderStrategy === 'priority' || queues.length === 1) return queues;
    const start = this.#turn++ % queues.length;
    return [...queues.slice(start), ...queues.slice(0, start)];
  }

  /** All lists of the queues, step by step. Asked for with the same array by every take, watch and wait of a consumer. */
  listsOf(queues: readonly string[]): readonly string[] {
    const known = this.#lists.get(queues);
    if (known !== undefined) return known;
    const byQueue = queues.map((queue) => this.#keys.lists(queue));
    const lists = this.#settings.prioritySteps.flatMap((_step, level) => byQueue.map((names) => names[level]!));
    this.#lists.set(queues, lists);
    return lists;
  }
}
