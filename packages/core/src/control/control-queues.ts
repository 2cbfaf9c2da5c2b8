import type { QueueDeclaration, Topology } from '@celeriac/transport';
import type { Settings } from '../settings/settings.ts';

/** The settings that say how commands and replies travel. */
export type ControlSettings = Pick<
  Settings,
  'controlExchange' | 'controlQueueTtl' | 'controlQueueExpires' | 'controlQueueExclusive' | 'controlQueueDurable'
>;

/** The exchange that brings a command to every node. @see kombu/pidbox.py Mailbox.exchange_fmt */
export function commandExchange({ controlExchange }: Pick<Settings, 'controlExchange'>): string {
  return `${controlExchange}.pidbox`;
}

/** The exchange that brings replies back to who asked. */
export function replyExchange({ controlExchange }: Pick<Settings, 'controlExchange'>): string {
  return `reply.${controlExchange}.pidbox`;
}

/** A queue with all that must exist for messages to come to it. */
export interface ControlQueue {
  readonly name: string;
  readonly topology: Topology;
}

/** What sending a command takes. */
export function commandTopology(settings: ControlSettings): Topology {
  return { exchanges: [{ name: commandExchange(settings), type: 'fanout', durable: false }] };
}

/** The queue that brings commands to one node. Flags and arguments are Celery's, so that both declare the same. */
export function nodeQueue(hostname: string, settings: ControlSettings): ControlQueue {
  const exchange = commandExchange(settings);
  const name = `${hostname}.${exchange}`;
  return {
    name,
    topology: {
      ...commandTopology(settings),
      queues: [declaration(name, settings)],
      bindings: [{ exchange, queue: name, routingKey: '' }],
    },
  };
}

/** The queue that brings replies to one client. @param address - its routing key, unique in the world */
export function replyQueue(address: string, settings: ControlSettings): ControlQueue {
  const exchange = replyExchange(settings);
  const name = `${address}.${exchange}`;
  return {
    name,
    topology: {
      exchanges: [{ name: exchange, type: 'direct', durable: false }],
      queues: [declaration(name, settings)],
      bindings: [{ exchange, queue: name, routingKey: address }],
    },
  };
}

function declaration(name: string, settings: ControlSettings): QueueDeclaration {
  const { controlQueueDurable: durable, controlQueueExclusive: exclusive } = settings;
  return {
    name,
    durable,
    exclusive,
    autoDelete: !durable,
    arguments: {
      'x-expires': Math.round(settings.controlQueueExpires * 1000),
      'x-message-ttl': Math.round(settings.controlQueueTtl * 1000),
    },
  };
}
