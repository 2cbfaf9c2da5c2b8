import { escapeForLog, uuid } from '@celeriac/protocol';
import {
  type Binding,
  type ExchangeDeclaration,
  type ExchangeType,
  nameProblem,
  type QueueDeclaration,
  type Topology,
} from '@celeriac/transport';
import { ConfigurationError } from './configuration-error.ts';
import { directQueue } from './direct-queue.ts';
import type { QueueDefinition } from './queue-definition.ts';
import { readTaskQueues } from './read-task-queues.ts';
import type { Settings } from './settings.ts';

/** A queue as callers reach it. */
export interface KnownQueue {
  readonly name: string;
  readonly exchange: { readonly name: string; readonly type: ExchangeType } | undefined;
  readonly routingKey: string;
  /** What must exist for a message to arrive; the same object every time. */
  readonly topology: Topology;
  readonly broadcast: boolean;
}

/** The settings that describe queues. */
export type QueueSettings = Pick<
  Settings,
  | 'taskQueues'
  | 'taskQueueMaxPriority'
  | 'taskCreateMissingQueues'
  | 'taskCreateMissingQueueType'
  | 'taskCreateMissingQueueExchangeType'
  | 'taskDefaultQueue'
  | 'taskDefaultQueueType'
  | 'taskDefaultExchange'
  | 'taskDefaultExchangeType'
  | 'taskDefaultRoutingKey'
>;

/**
 * The queues of an app: those of `taskQueues`, else the default queue, and those that are named along the way.
 * @see celery/app/amqp.py Queues
 */
export class QueueTable {
  /** Names of `taskQueues`, or the default queue. */
  readonly names: readonly string[];
  /** Everything that `taskQueues` defines; the same object every time. */
  readonly all: Topology;
  readonly #settings: QueueSettings;
  readonly #known: Map<string, KnownQueue> = new Map();
  /** The last queue that was asked for: nearly always the next one too. */
  #last: KnownQueue | undefined;

  /** @throws {ConfigurationError} for a definition with an unknown option or a bad name */
  constructor(settings: QueueSettings) {
    this.#settings = settings;
    for (const definition of this.#definitions()) {
      this.#known.set(definition.name, knownQueue(definition, settings));
    }
    this.names = [...this.#known.keys()];
    this.all = joined([...this.#known.values()].map((queue) => queue.topology));
  }

  /**
   * A queue by name, defined on the fly where `taskCreateMissingQueues` allows it.
   * @throws {ConfigurationError} for a queue that is not defined, or a name that no broker could carry
   */
  get(name: string): KnownQueue {
    if (this.#last?.name === name) return this.#last;
    const queue = this.#known.get(name) ?? this.#create(name);
    this.#last = queue;
    return queue;
  }

  /** A queue that is known already. */
  find(name: string): KnownQueue | undefined {
    return this.#known.get(name);
  }

  /**
   * Defines a queue while the app runs; one that is known by this name stands.
   * @throws {ConfigurationError} for a name that no broker could carry
   */
  define(definition: QueueDefinition): KnownQueue {
    const known = this.#known.get(definition.name) ?? knownQueue(definition, this.#settings);
    this.#known.set(known.name, known);
    return known;
  }

  /**
   * What a worker reads. A broadcast queue appears as a queue of the worker's own, with a new name in every answer.
   * @param selected - default: all of `names`
   * @see celery/app/amqp.py Queues.select, deselect
   */
  consumed(
    selected: readonly string[] | undefined,
    excluded: readonly string[] = [],
  ): { readonly names: readonly string[]; readonly topology: Topology } {
    const wanted = [...new Set(selected ?? this.names)].filter((name) => !excluded.includes(name));
    if (wanted.length === 0) {
      throw new ConfigurationError('queues', 'leave nothing to read', { hint: 'Select a queue, or exclude fewer.' });
    }
    const queues = wanted.map((name) => {
      const queue = this.get(name);
      return queue.broadcast ? ownCopy(queue) : queue;
    });
    return { names: queues.map(({ name }) => name), topology: joined(queues.map(({ topology }) => topology)) };
  }

  #definitions(): readonly QueueDefinition[] {
    const { taskQueues, taskDefaultQueue: name } = this.#settings;
    if (taskQueues !== undefined) return readTaskQueues(taskQueues);
    const { taskDefaultExchange, taskDefaultRoutingKey: routingKey, taskDefaultQueueType } = this.#settings;
    return [
      {
        name,
        ...(taskDefaultExchange !== undefined && { exchange: taskDefaultExchange }),
        ...(routingKey !== undefined && { routingKey }),
        ...queueType(taskDefaultQueueType),
      },
    ];
  }

  #create(name: string): KnownQueue {
    const settings = this.#settings;
    const direct = directQueue(name);
    if (direct !== undefined) {
      const queue = knownQueue(direct, settings);
      this.#known.set(name, queue);
      return queue;
    }
    if (!settings.taskCreateMissingQueues && name !== settings.taskDefaultQueue) {
      throw new ConfigurationError('queue', `"${escapeForLog(String(name), 60)}" is not in taskQueues`, {
        hint: `taskQueues has: ${this.names.join(', ')}. Turn taskCreateMissingQueues on to use others.`,
      });
    }
    const type = settings.taskCreateMissingQueueExchangeType ?? settings.taskDefaultExchangeType;
    const definition = { name, exchange: { name, type }, ...queueType(settings.taskCreateMissingQueueType) };
    const queue = knownQueue(definition, settings);
    this.#known.set(name, queue);
    return queue;
  }
}

/** `classic` is what brokers make of a queue that says nothing. */
function queueType(type: 'classic' | 'quorum'): Pick<QueueDefinition, 'queueArguments'> {
  return type === 'classic' ? {} : { queueArguments: { 'x-queue-type': type } };
}

function knownQueue(definition: QueueDefinition, settings: QueueSettings): KnownQueue {
  const { name, broadcast = false } = definition;
  checkQueueName('queue', name);
  const exchange = exchangeOf(definition.exchange ?? name, broadcast ? 'fanout' : settings.taskDefaultExchangeType);
  if (exchange.name !== '') checkQueueName('exchange', exchange.name);
  const routingKey = definition.routingKey ?? name;
  const exchanges = exchange.name === '' ? [] : [exchange];
  const topology = broadcast ? Object.freeze({ exchanges }) : queueTopology(definition, exchange, routingKey, settings);
  return Object.freeze({
    name,
    exchange: exchange.name === '' ? undefined : { name: exchange.name, type: exchange.type },
    routingKey,
    topology,
    broadcast,
  });
}

function queueTopology(
  definition: QueueDefinition,
  exchange: ExchangeDeclaration,
  routingKey: string,
  settings: QueueSettings,
): Topology {
  const { name: queue, bindings: more = [] } = definition;
  const exchanges = new Map(exchange.name === '' ? [] : [[exchange.name, exchange]]);
  const bindings: Binding[] = exchange.name === '' ? [] : [{ exchange: exchange.name, queue, routingKey }];
  for (const binding of more) {
    const other = exchangeOf(binding.exchange ?? exchange.name, settings.taskDefaultExchangeType);
    if (other.name !== '' && !exchanges.has(other.name)) exchanges.set(other.name, other);
    const { arguments: terms } = binding;
    bindings.push({
      exchange: other.name,
      queue,
      routingKey: binding.routingKey ?? routingKey,
      ...(terms && { arguments: terms }),
    });
  }
  const queues = [queueDeclaration(definition, settings.taskQueueMaxPriority)];
  return Object.freeze({ exchanges: [...exchanges.values()], queues, bindings });
}

function queueDeclaration(definition: QueueDefinition, defaultMaxPriority: number | undefined): QueueDeclaration {
  const { name, durable, exclusive, autoDelete, queueArguments } = definition;
  const maxPriority = definition.maxPriority ?? defaultMaxPriority;
  const terms = { ...(maxPriority !== undefined && { 'x-max-priority': maxPriority }), ...queueArguments };
  return {
    name,
    ...(durable !== undefined && { durable }),
    ...(exclusive !== undefined && { exclusive }),
    ...(autoDelete !== undefined && { autoDelete }),
    ...(Object.keys(terms).length > 0 && { arguments: terms }),
  };
}

function exchangeOf(exchange: NonNullable<QueueDefinition['exchange']>, type: ExchangeType): ExchangeDeclaration {
  return typeof exchange === 'string' ? { name: exchange, type } : { type, ...exchange };
}

/** The queue of one worker on a broadcast exchange. @see kombu/common.py Broadcast */
function ownCopy(queue: KnownQueue): KnownQueue {
  const name = `bcast.${uuid()}`;
  const { exchange } = queue;
  return {
    ...queue,
    name,
    topology: {
      ...queue.topology,
      queues: [{ name, autoDelete: true }],
      bindings: [{ exchange: exchange?.name ?? '', queue: name, routingKey: queue.routingKey }],
    },
  };
}

function joined(topologies: readonly Topology[]): Topology {
  return Object.freeze({
    exchanges: [
      ...new Map(topologies.flatMap(({ exchanges = [] }) => exchanges).map((one) => [one.name, one])).values(),
    ],
    queues: topologies.flatMap(({ queues = [] }) => queues),
    bindings: topologies.flatMap(({ bindings = [] }) => bindings),
  });
}

function checkQueueName(what: string, name: string): void {
  const problem =
    nameProblem(name) ??
    (name.startsWith('amq.') ? 'must not start with "amq.", which belongs to the broker' : undefined) ??
    (name === '*' || name === '#' ? 'must not be a wildcard of binding patterns' : undefined);
  if (problem === undefined) return;
  throw new ConfigurationError(
    `${what} "${escapeForLog(String(name), 60)}"`,
    problem.replace(/^must/, 'is a name that must'),
    {
      hint: 'Choose another name in taskQueues, taskRoutes or the call.',
    },
  );
}
