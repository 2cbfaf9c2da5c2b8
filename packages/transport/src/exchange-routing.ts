import type { MessageHeaders } from '@celeriac/protocol';
import type { ExchangeRoutes } from './binding-store.ts';
import { HeadersMatch } from './headers-match.ts';
import { TopicPattern, topicWords } from './topic-pattern.ts';
import type { Binding } from './topology.ts';

/** Which queues a message of one exchange goes to, each once. */
export interface CompiledRoutes {
  queuesFor(routingKey: string, headers: MessageHeaders): readonly string[];
}

/** Routing keys whose answer a topic exchange remembers; outsiders choose keys, so there is a bound. */
const REMEMBERED_KEYS = 1000;

/** Reads the bindings of an exchange once, so that routing a message is a look-up or a short scan. */
export function compileRoutes({ type, bindings }: ExchangeRoutes): CompiledRoutes {
  switch (type) {
    case 'direct':
      return new DirectRoutes(bindings);
    case 'fanout':
      return new FanoutRoutes(bindings);
    case 'topic':
      return new TopicRoutes(bindings);
    case 'headers':
      return new HeadersRoutes(bindings);
  }
}

const nowhere: readonly string[] = Object.freeze([]);

class DirectRoutes implements CompiledRoutes {
  readonly #byKey: ReadonlyMap<string, readonly string[]>;

  constructor(bindings: readonly Binding[]) {
    const byKey = Map.groupBy(bindings, (binding) => binding.routingKey);
    this.#byKey = new Map(Array.from(byKey, ([key, group]) => [key, distinctQueues(group)]));
  }

  queuesFor(routingKey: string): readonly string[] {
    return this.#byKey.get(routingKey) ?? nowhere;
  }
}

class FanoutRoutes implements CompiledRoutes {
  readonly #queues: readonly string[];

  constructor(bindings: readonly Binding[]) {
    this.#queues = distinctQueues(bindings);
  }

  queuesFor(): readonly string[] {
    return this.#queues;
  }
}

class TopicRoutes implements CompiledRoutes {
  readonly #bindings: readonly { readonly pattern: TopicPattern; readonly queue: string }[];
  readonly #remembered: Map<string, readonly string[]> = new Map();

  constructor(bindings: readonly Binding[]) {
    this.#bindings = bindings.map(({ routingKey, queue }) => ({ pattern: new TopicPattern(routingKey), queue }));
  }

  queuesFor(routingKey: string): readonly string[] {
    const known = this.#remembered.get(routingKey);
    if (known !== undefined) return known;
    const words = topicWords(routingKey);
    const queues = distinctQueues(this.#bindings.filter((binding) => binding.pattern.matches(words)));
    if (this.#remembered.size >= REMEMBERED_KEYS) this.#remembered.clear();
    this.#remembered.set(routingKey, queues);
    return queues;
  }
}

class HeadersRoutes implements CompiledRoutes {
  readonly #bindings: readonly { readonly match: HeadersMatch; readonly queue: string }[];

  constructor(bindings: readonly Binding[]) {
    this.#bindings = bindings.map((binding) => ({ match: new HeadersMatch(binding.arguments), queue: binding.queue }));
  }

  queuesFor(_routingKey: string, headers: MessageHeaders): readonly string[] {
    return distinctQueues(this.#bindings.filter((binding) => binding.match.matches(headers)));
  }
}

function distinctQueues(bindings: readonly { readonly queue: string }[]): readonly string[] {
  return [...new Set(bindings.map((binding) => binding.queue))];
}
