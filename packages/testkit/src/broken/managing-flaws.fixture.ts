import { setInterval as startInterval } from 'node:timers';
import { type Binding, ChannelError, type Topology, type Transport } from '@celeriac/transport';
import type { TransportFlaw } from './transport-flaw.fixture.ts';

function onBindings(change: (binding: Binding, index: number) => readonly Binding[]): Pick<TransportFlaw, 'transport'> {
  return {
    transport: (sound: Transport) => ({
      declare: (topology: Topology) =>
        sound.declare({ ...topology, bindings: (topology.bindings ?? []).flatMap(change) }),
    }),
  };
}

/** Publishing, declaring, routing, emptying, connecting and closing go wrong. */
export const managingFlaws: readonly TransportFlaw[] = [
  {
    name: 'confirms a publish before the broker holds it',
    caughtBy: ['resolves publish only when the broker holds the messages'],
    store: (sound) => ({
      put: async (messages) => {
        setTimeout(() => sound.put(messages).catch(() => {}), 20);
      },
    }),
  },
  {
    name: 'drops what was published right before close',
    caughtBy: ['confirms what was published right before close'],
    store: (sound) => ({ put: async (messages) => void setTimeout(() => sound.put(messages).catch(() => {}), 200) }),
  },
  {
    name: 'answers a publish with the outcomes of another',
    caughtBy: ['confirms concurrent publishes of one turn, each with outcomes of its own'],
    transport: (sound) => ({ publish: async (messages) => (await sound.publish(messages)).slice(0, 1) }),
  },
  {
    name: 'cannot publish nothing',
    caughtBy: ['accepts an empty batch'],
    transport: (sound) => ({
      publish: async (messages) => {
        if (messages.length === 0) throw new ChannelError('publish', 'there is nothing to publish');
        return sound.publish(messages);
      },
    }),
  },
  {
    name: 'lets one bad message fail its batch',
    caughtBy: [
      'reports the outcome of each message: one to an unknown exchange does not fail its neighbours',
      'refuses a body above maxBodyBytes, and only that one',
      'drops what no binding matches, and fails it when it is mandatory, without its neighbours',
    ],
    transport: (sound) => ({
      publish: async (messages) => {
        const outcomes = await sound.publish(messages);
        for (const outcome of outcomes) if (outcome) throw outcome;
        return outcomes;
      },
    }),
  },
  {
    name: 'ignores `mandatory`',
    caughtBy: ['drops what no binding matches, and fails it when it is mandatory, without its neighbours'],
    transport: (sound) => ({
      publish: (messages) => sound.publish(messages.map((message) => ({ ...message, mandatory: false }))),
    }),
  },
  {
    name: 'returns every mandatory message',
    caughtBy: ['accepts a mandatory message that a queue takes'],
    transport: (sound) => ({
      publish: async (messages) => {
        const outcomes = await sound.publish(messages);
        return outcomes.map((outcome, index) => (messages[index]?.mandatory ? new Error('returned') : outcome));
      },
    }),
  },
  {
    name: 'compares the keys of direct exchanges without case',
    caughtBy: ['routes through a direct exchange by equal keys'],
    transport: (sound) => ({
      publish: (messages) =>
        sound.publish(
          messages.map((one) => (one.exchange === '' ? one : { ...one, routingKey: one.routingKey.toLowerCase() })),
        ),
    }),
  },
  {
    name: 'takes * for any number of words',
    caughtBy: ['routes through a topic exchange by words and wildcards'],
    ...onBindings((binding) => [{ ...binding, routingKey: binding.routingKey.replaceAll('*', '#') }]),
  },
  {
    name: 'takes patterns for regular expressions',
    caughtBy: ['reads patterns as words, never as regular expressions'],
    ...onBindings((binding) =>
      binding.routingKey.includes('[') ? [binding, { ...binding, routingKey: 'xy.q' }] : [binding],
    ),
  },
  {
    name: 'fans out to the first queue only',
    caughtBy: ['copies through a fanout exchange to every bound queue, whatever the key'],
    ...onBindings((binding, index) => (index === 0 ? [binding] : [])),
  },
  {
    name: 'takes any for all in headers bindings',
    caughtBy: ['routes through a headers exchange by all or any of the arguments'],
    ...onBindings((binding) => [{ ...binding, arguments: { ...binding.arguments, 'x-match': 'all' } }]),
  },
  {
    name: 'keeps the bindings of a removed queue',
    caughtBy: ['forgets the bindings of a removed queue'],
    transport: (sound) => ({ remove: async (queue) => void (await sound.purge(queue)) }),
  },
  {
    name: 'removes nothing',
    caughtBy: ['removes a queue with its messages'],
    transport: () => ({ remove: async () => {} }),
  },
  {
    name: 'cannot remove what is not there',
    caughtBy: ['does not mind removing what does not exist'],
    store: (sound) => ({
      remove: async (queue) => {
        if ((await sound.size(queue)) === 0) throw new ChannelError(queue, 'there is no such queue');
        await sound.remove(queue);
      },
    }),
  },
  {
    name: 'counts held messages as waiting',
    caughtBy: ['counts the waiting messages, without held ones'],
    store: (sound, broker) => ({
      size: async (queue) => {
        const held = [...broker.held.values()].filter(({ kept }) => kept.queued.queue === queue);
        return (await sound.size(queue)) + held.length;
      },
    }),
  },
  {
    name: 'does not count delayed messages',
    caughtBy: ['counts and purges delayed messages as waiting ones'],
    store: (_sound, broker) => ({
      size: async (queue) =>
        broker.waiting.filter(({ queued }) => queued.queue === queue && queued.deliverAt === undefined).length,
    }),
  },
  {
    name: 'does not say how many it purged',
    caughtBy: ['drops the waiting messages on purge, and says how many'],
    store: (sound) => ({ purge: async (queue) => (await sound.purge(queue)) * 0 }),
  },
  {
    name: 'purges held messages too',
    caughtBy: ['keeps held messages on purge'],
    store: (sound, broker) => ({
      purge: (queue) => {
        for (const [receipt, { kept }] of broker.held) if (kept.queued.queue === queue) broker.held.delete(receipt);
        return sound.purge(queue);
      },
    }),
  },
  {
    name: 'empties a queue that is declared again',
    caughtBy: ['changes nothing when a queue is declared twice'],
    transport: (sound) => ({
      declare: async (topology) => {
        for (const { name } of topology.queues ?? []) await sound.purge(name);
        await sound.declare(topology);
      },
    }),
  },
  {
    name: 'declares whatever it is told',
    capabilities: { exchangeTypes: ['direct', 'topic'] },
    caughtBy: [
      'refuses queue names that no key, log line or pattern could carry unharmed (M39)',
      'refuses to declare an exchange again with another type, and goes on working',
      'refuses an exchange type that it does not support',
    ],
    transport: (sound) => ({ declare: (topology) => sound.declare(topology).catch(() => {}) }),
  },
  {
    name: 'has a name that is none',
    caughtBy: ['describes itself'],
    transport: () => ({ name: 'Sound Transport!' }),
  },
  {
    name: 'cannot be closed twice',
    caughtBy: ['closes before it was connected, and twice'],
    transport: (sound) => {
      let isClosed = false;
      return {
        close: async () => {
          if (isClosed) throw new Error('already closed');
          isClosed = true;
          await sound.close();
        },
      };
    },
  },
  {
    name: 'takes the broker down when it closes',
    caughtBy: ['lets a new client go on after another was closed'],
    store: (sound, broker) => ({
      close: async () => {
        broker.waiting = [];
        await sound.close();
      },
    }),
  },
  {
    name: 'hangs when it publishes after close',
    caughtBy: ['refuses to publish after close instead of hanging or pretending'],
    transport: (sound) => ({ publish: (messages) => sound.publish(messages).catch(() => new Promise(() => {})) }),
  },
  {
    name: 'leaves a timer behind with every connection',
    caughtBy: ['leaves no sockets, timers, threads or files behind after 20 connections'],
    transport: (sound) => ({
      connect: async () => {
        const timer = startInterval(() => {}, 50);
        // Long after the case has looked, so that the test process ends.
        setTimeout(() => clearInterval(timer), 5_000).unref();
        await sound.connect();
      },
    }),
  },
];
