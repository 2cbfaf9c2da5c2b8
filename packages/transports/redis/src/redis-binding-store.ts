import { escapeForLog } from '@celeriac/protocol';
import { listOf, type RedisCommand, textOf } from '@celeriac/redis';
import {
  type Binding,
  type BindingStore,
  ChannelError,
  compileRoutes,
  type ExchangeDeclaration,
  type ExchangeRoutes,
  type ExchangeType,
} from '@celeriac/transport';
import type { RedisKeys } from './redis-keys.ts';
import type { RedisLink } from './redis-link.ts';

/** Stands among the queues of every fanout exchange for its channel, where Python listens. No queue can be called so. */
export const CHANNEL_QUEUE = '\u0000channel';

/** Exchange types that a stored binding can be of. */
const TYPES: ReadonlySet<string> = new Set(['direct', 'topic', 'fanout']);

interface KnownRoutes {
  readonly text: string;
  readonly routes: ExchangeRoutes;
}

/**
 * Bindings in kombu's sets, `routing_key SEP pattern SEP queue`, which Python and TypeScript share. Bindings of fanout
 * exchanges are kept apart: kombu's queues of such exchanges are never read, since they listen to a channel.
 * @see kombu/transport/redis.py _queue_bind
 */
export class RedisBindingStore implements BindingStore {
  readonly #link: () => RedisLink;
  readonly #keys: RedisKeys;
  readonly #sep: string;
  /** What this process declared: put back when somebody empties the server. */
  readonly #types: Map<string, ExchangeType> = new Map();
  readonly #own: Map<string, { readonly key: string; readonly member: string; readonly binding: Binding }> = new Map();
  readonly #known: Map<string, KnownRoutes> = new Map();
  /** Queues that live in this process, with what a channel brings them. */
  readonly #live: Map<string, Binding[]> = new Map();

  constructor(link: () => RedisLink, keys: RedisKeys, sep: string) {
    this.#link = link;
    this.#keys = keys;
    this.#sep = sep;
  }

  async declare(exchanges: readonly ExchangeDeclaration[], bindings: readonly Binding[]): Promise<void> {
    const link = this.#link();
    for (const { name, type } of exchanges) {
      await link.call(['HSETNX', this.#keys.exchanges, name, type]);
      const standing = textOf(await link.call(['HGET', this.#keys.exchanges, name]));
      if (standing !== type) {
        throw new ChannelError(`exchange "${escapeForLog(name, 60)}"`, `exists with type ${standing}, not ${type}`);
      }
      this.#types.set(name, type);
    }
    if (bindings.length === 0) return;
    const added: RedisCommand[] = [];
    for (const binding of bindings) {
      const live = this.#live.get(binding.queue);
      if (live !== undefined) {
        if (!live.some((known) => sameBinding(known, binding))) live.push(binding);
        continue;
      }
      const type = await this.#typeOf(binding.exchange);
      const key = type === 'fanout' ? this.#keys.fanout(binding.exchange) : this.#keys.binding(binding.exchange);
      const member = this.#memberOf(binding, type);
      this.#own.set(JSON.stringify([key, member]), { key, member, binding });
      added.push(['SADD', key, member]);
    }
    if (added.length > 0) await link.transaction(added);
  }

  async routes(exchange: string): Promise<ExchangeRoutes | undefined> {
    const known = this.#types.get(exchange);
    const [type, bound, copied] = await this.#link().pipeline([
      ['HGET', this.#keys.exchanges, exchange],
      ['SMEMBERS', this.#keys.binding(exchange)],
      ['SMEMBERS', this.#keys.fanout(exchange)],
    ]);
    if (known !== undefined && type === null) {
      await this.declareAgain();
      return this.routes(exchange);
    }
    const members = listOf(bound ?? null).map(textOf);
    const stored = TYPES.has(textOf(type)) ? (textOf(type) as ExchangeType) : this.#guess(members);
    if (stored === undefined) return undefined;
    const texts = stored === 'fanout' ? listOf(copied ?? null).map(textOf) : members;
    const text = JSON.stringify([stored, texts.sort()]);
    const before = this.#known.get(exchange);
    if (before?.text === text) return before.routes;
    const routes = this.#read(exchange, stored, texts);
    this.#known.set(exchange, { text, routes });
    return routes;
  }

  async forget(queue: string): Promise<void> {
    if (this.#live.delete(queue)) return;
    const link = this.#link();
    for (const [id, { binding }] of this.#own) if (binding.queue === queue) this.#own.delete(id);
    const names = new Set(this.#types.keys());
    for (const name of listOf(await link.call(['HKEYS', this.#keys.exchanges]))) names.add(textOf(name));
    if (names.size === 0) return;
    const sets = [...names].flatMap((name) => [this.#keys.binding(name), this.#keys.fanout(name)]);
    const found = await link.pipeline(sets.map((key) => ['SMEMBERS', key]));
    const tail = this.#sep + queue;
    const removals = sets.flatMap((key, at) =>
      listOf(found[at] ?? null)
        .map(textOf)
        .filter((member) => member.endsWith(tail))
        .map((member): RedisCommand => ['SREM', key, member]),
    );
    if (removals.length > 0) await link.transaction(removals);
  }

  /** What this process declared, once more: the server may have been emptied. */
  async declareAgain(): Promise<void> {
    const commands: RedisCommand[] = [
      ...Array.from(this.#types, ([name, type]): RedisCommand => ['HSETNX', this.#keys.exchanges, name, type]),
      ...Array.from(this.#own.values(), ({ key, member }): RedisCommand => ['SADD', key, member]),
    ];
    if (commands.length > 0) await this.#link().transaction(commands);
  }

  /** Bindings of fanout exchanges that lead to the queue and that this process declared. */
  fanoutBindings(queue: string): readonly Binding[] {
    const live = this.#live.get(queue);
    if (live !== undefined) return live;
    const all = Array.from(this.#own.values(), ({ binding }) => binding);
    return all.filter((binding) => binding.queue === queue && this.#types.get(binding.exchange) === 'fanout');
  }

  /** Whether this process declared it as a fanout exchange. */
  isFanout(exchange: string): boolean {
    return this.#types.get(exchange) === 'fanout';
  }

  /** The bindings of this queue are nobody else's business: they are not stored. */
  noteLive(queue: string): void {
    if (!this.#live.has(queue)) this.#live.set(queue, []);
  }

  /** Queues that a message goes to. */
  async queuesFor(exchange: string, routingKey: string): Promise<readonly string[]> {
    const routes = await this.routes(exchange);
    const queues = routes === undefined ? [] : compileRoutes(routes).queuesFor(routingKey, {});
    return queues.filter((queue) => queue !== CHANNEL_QUEUE);
  }

  async #typeOf(exchange: string): Promise<ExchangeType> {
    const known = this.#types.get(exchange) ?? (await this.routes(exchange))?.type;
    if (known === undefined) throw new ChannelError(`exchange "${escapeForLog(exchange, 60)}"`, 'is not declared');
    return known;
  }

  #memberOf({ routingKey, queue }: Binding, type: ExchangeType): string {
    const pattern = type === 'topic' ? topicRegex(routingKey) : '';
    return [routingKey, pattern, queue].join(this.#sep);
  }

  /** Python declares no types: a pattern tells a topic exchange. */
  #guess(members: readonly string[]): ExchangeType | undefined {
    if (members.length === 0) return undefined;
    return members.some((member) => (member.split(this.#sep)[1] ?? '') !== '') ? 'topic' : 'direct';
  }

  #read(exchange: string, type: ExchangeType, members: readonly string[]): ExchangeRoutes {
    const bindings = members.flatMap((member): Binding[] => {
      const [routingKey, , queue] = member.split(this.#sep);
      return routingKey === undefined || !queue ? [] : [{ exchange, queue, routingKey }];
    });
    if (type === 'fanout') bindings.push({ exchange, queue: CHANNEL_QUEUE, routingKey: '' });
    return Object.freeze({ type, bindings: Object.freeze(bindings) });
  }
}

function sameBinding(one: Binding, other: Binding): boolean {
  return one.exchange === other.exchange && one.routingKey === other.routingKey;
}

/** kombu's regular expression for a topic pattern. @see kombu/transport/virtual/exchange.py TopicExchange.key_to_pattern */
export function topicRegex(routingKey: string): string {
  const words = routingKey.split('.').map((word) => (word === '*' ? '.*?[^\\.]' : word === '#' ? '.*?' : word));
  return `^${words.join('\\.')}$`;
}
