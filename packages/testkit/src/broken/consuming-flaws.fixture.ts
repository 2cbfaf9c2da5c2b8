import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { ConsumeOptions, Consumer, Transport } from '@celeriac/transport';
import type { TransportFlaw } from './transport-flaw.fixture.ts';

/** A flaw of the consumers that a transport starts. */
function onConsumer(
  change: (consumer: Consumer, options: ConsumeOptions) => Partial<Consumer>,
): Pick<TransportFlaw, 'transport'> {
  return {
    transport: (sound: Transport) => ({
      consume: async (options) => {
        const consumer = await sound.consume(options);
        const verbs: Consumer = {
          setPrefetch: (count) => consumer.setPrefetch(count),
          setQueues: (queues) => consumer.setQueues(queues),
          stop: () => consumer.stop(),
        };
        return { ...verbs, ...change(consumer, options) };
      },
    }),
  };
}

/** Consumers take too much, too little, too late, or go on when they should not. */
export const consumingFlaws: readonly TransportFlaw[] = [
  {
    name: 'takes one more than there is room for',
    caughtBy: [
      'never holds more deliveries than the prefetch count',
      'hands over one more for each one settled',
      'counts the prefetch window over all queues of a consumer',
    ],
    store: (sound) => ({ take: (queues, max, ...rest) => sound.take(queues, max + 1, ...rest) }),
  },
  {
    name: 'holds 100 deliveries at most',
    caughtBy: ['holds any number of deliveries with a prefetch count of 0'],
    transport: (sound) => ({ consume: (options) => sound.consume({ ...options, prefetch: options.prefetch || 100 }) }),
  },
  {
    name: 'does not change its window at run time',
    caughtBy: ['grows the window at run time', 'shrinks the window at run time, as deliveries are settled'],
    ...onConsumer(() => ({ setPrefetch: () => {} })),
  },
  {
    name: 'stops for good when its window shrinks',
    caughtBy: ['goes on after the window was shrunk'],
    ...onConsumer((consumer) => ({ setPrefetch: () => void consumer.stop() })),
  },
  {
    name: 'does not change its queues at run time',
    caughtBy: ['adds and drops queues of a running consumer', 'reads messages that were waiting in an added queue'],
    ...onConsumer(() => ({ setQueues: async () => {} })),
  },
  {
    name: 'never drops a queue at run time',
    caughtBy: ['adds and drops queues of a running consumer'],
    ...onConsumer((consumer, options) => ({
      setQueues: (queues) => consumer.setQueues([...options.queues, ...queues]),
    })),
  },
  {
    name: 'loses messages when a take is aborted',
    caughtBy: ['loses and doubles nothing while queues and window change under load'],
    store: (sound) => ({
      take: async (queues, max, waitMs, signal) => {
        const taken = await sound.take(queues, max, waitMs, signal);
        await nextTurn();
        return signal.aborted ? [] : taken;
      },
    }),
  },
  {
    name: 'goes on after stop()',
    caughtBy: [
      'delivers nothing after stop(), keeps what is held, and lets it be settled',
      'stops one of two consumers of a client without the other',
    ],
    ...onConsumer(() => ({ stop: async () => {} })),
  },
  {
    name: 'calls a stop a loss',
    caughtBy: [
      'delivers nothing after stop(), keeps what is held, and lets it be settled',
      'returns deliveries of a stopped consumer when the client closes',
    ],
    ...onConsumer((consumer, options) => ({
      stop: async () => {
        await consumer.stop();
        options.onLost(new Error('stopped'));
      },
    })),
  },
  {
    name: 'serves the first queue until it runs empty',
    caughtBy: ['serves several queues fairly: queues that never run empty starve nobody'],
    store: (sound) => ({
      take: async (queues, max, waitMs, signal) => {
        for (const queue of queues) {
          const taken = await sound.take([queue], max, 0, signal);
          if (taken.length > 0) return taken;
        }
        return sound.take(queues, max, waitMs, signal);
      },
    }),
  },
  {
    name: 'looks for messages four times a second',
    caughtBy: ['wakes an idle consumer at once when another client publishes'],
    options: { wakeMs: 60, waitMs: 2_000 },
    store: (sound) => ({
      take: async (queues, max, _waitMs, signal) => {
        const taken = await sound.take(queues, max, 0, signal);
        if (taken.length === 0) await sleep(250);
        return taken;
      },
    }),
  },
];
