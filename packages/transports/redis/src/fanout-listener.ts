import type { Logger } from '@celeriac/protocol';
import type { LiveQueues } from './live-queues.ts';
import { RECEIVE } from './message-scripts.ts';
import type { RedisBindingStore } from './redis-binding-store.ts';
import type { RedisKeys } from './redis-keys.ts';
import type { RedisLink } from './redis-link.ts';
import { foreignTag } from './stored-envelope.ts';

export interface FanoutListenerOptions {
  readonly link: () => RedisLink;
  readonly keys: RedisKeys;
  readonly bindings: RedisBindingStore;
  /** Queues that are filled here, not on the server. */
  readonly live: LiveQueues;
  readonly logger: Logger;
}

/**
 * Brings what Python publishes to fanout exchanges into the queues that are read here. Python tells such messages by a
 * channel and keeps no copies; Celeriac processes put copies into queues, and mark what they tell by the channel.
 */
export class FanoutListener {
  readonly #options: FanoutListenerOptions;
  /** Queues by channel, once each. */
  readonly #queues: Map<string, Set<string>> = new Map();
  readonly #subscribed: Set<string> = new Set();

  constructor(options: FanoutListenerOptions) {
    this.#options = options;
  }

  /** Listens for those of the queues that are bound to fanout exchanges. @returns undefined when it does already */
  reading(queues: readonly string[]): Promise<void> | undefined {
    const fresh: string[] = [];
    for (const queue of queues) {
      for (const { exchange, routingKey } of this.#options.bindings.fanoutBindings(queue)) {
        const channel = this.#options.keys.channel(exchange, routingKey.replaceAll('#', '*'));
        const known = this.#queues.get(channel);
        if (known === undefined) this.#queues.set(channel, new Set([queue]));
        else known.add(queue);
        if (this.#subscribed.has(channel)) continue;
        this.#subscribed.add(channel);
        fresh.push(channel);
      }
    }
    return fresh.length > 0 ? this.#options.link().subscribePatterns(fresh) : undefined;
  }

  leaving(queue: string): void {
    for (const queues of this.#queues.values()) queues.delete(queue);
  }

  /**
   * A message of a channel.
   * @param pattern - what the server found it by
   * @returns queues from which something can be taken now without looking at the server
   */
  receive(channel: string, text: Buffer, pattern: string): readonly string[] {
    const queues = this.#queues.get(pattern);
    if (queues === undefined || queues.size === 0) return [];
    const { link, keys, live, logger } = this.#options;
    const filled: string[] = [];
    let tag: string | undefined;
    for (const queue of queues) {
      if (live.push(queue, text)) {
        filled.push(queue);
        continue;
      }
      tag ??= foreignTag(text);
      if (tag === undefined) continue;
      link()
        .run(RECEIVE, [keys.seen(queue, tag), keys.list(queue, 0)], [text])
        .catch((error: unknown) => logger.warning('A message of a channel was lost', { channel, error }));
    }
    return filled;
  }
}
