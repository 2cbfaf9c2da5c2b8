import type { Delivery, QueueStore, Receipt, Settlement, TakenMessage, Transport } from '@celeriac/transport';
import type { TransportFlaw } from './transport-flaw.fixture.ts';

function onTaken(change: (taken: TakenMessage) => TakenMessage): Pick<TransportFlaw, 'store'> {
  return { store: (sound) => ({ take: async (...wanted) => (await sound.take(...wanted)).map(change) }) };
}

function onSettle(change: (settlement: Settlement) => Settlement): Pick<TransportFlaw, 'store'> {
  return { store: (sound) => ({ settle: (settlements) => sound.settle(settlements.map(change)) }) };
}

/** A flaw of the deliveries that a transport hands over. */
function onDelivery(change: (delivery: Delivery) => Delivery): Pick<TransportFlaw, 'transport'> {
  return {
    transport: (sound: Transport) => ({
      consume: (options) =>
        sound.consume({ ...options, onDeliveries: (deliveries) => options.onDeliveries(deliveries.map(change)) }),
    }),
  };
}

/** The same delivery with other members; getters go on working. */
function changed(delivery: Delivery, members: PropertyDescriptorMap): Delivery {
  const copy: Delivery = Object.create(null, {
    ...Object.fromEntries(
      ['message', 'queue', 'exchange', 'routingKey', 'redelivered', 'deliveryCount', 'receipt', 'held'].map((name) => [
        name,
        { enumerable: true, get: () => (delivery as unknown as { [key: string]: unknown })[name] },
      ]),
    ),
    settle: { value: (how: 'ack') => delivery.settle(how) },
    ...members,
  });
  return copy;
}

/** Deliveries are not held, not given back, or not ended as they should be. */
export const holdingFlaws: readonly TransportFlaw[] = [
  {
    name: 'has another message where one was shelved',
    caughtBy: ['has every message of deliveries that were shelved, as often as it is asked for, and settles them'],
    transport: (sound) => ({
      consume: (options) =>
        sound.consume({
          ...options,
          onDeliveries: (deliveries) => {
            let shelved: Delivery | undefined;
            const shelve = (delivery: Delivery) => () => {
              shelved ??= delivery;
            };
            options.onDeliveries(
              deliveries.map((delivery) =>
                changed(delivery, {
                  shelve: { value: shelve(delivery) },
                  message: { get: () => (shelved ?? delivery).message },
                }),
              ),
            );
          },
        }),
    }),
  },
  {
    name: 'confirms settlements and forgets them',
    caughtBy: [
      'removes an acknowledged message for good',
      'removes a discarded message for good',
      'delivers a requeued message again, marked as redelivered',
      'confirms 500 settlements of one turn, mixed',
    ],
    store: () => ({ settle: async () => [] }),
  },
  {
    name: 'drops what is requeued',
    caughtBy: [
      'delivers a requeued message again, marked as redelivered',
      'gives a redelivered message back unchanged',
      'counts the waiting messages, without held ones',
      'keeps held messages on purge',
    ],
    ...onSettle((one) => ({ ...one, how: 'ack' })),
  },
  {
    name: 'requeues what is discarded',
    caughtBy: ['removes a discarded message for good'],
    ...onSettle((one) => ({ ...one, how: one.how === 'discard' ? 'requeue' : one.how })),
  },
  {
    name: 'puts what is requeued behind the waiting ones',
    caughtBy: ['puts a requeued message in front of the waiting ones'],
    store: (sound, broker) => ({
      settle: async (settlements) => {
        const back = settlements.filter(({ how }) => how === 'requeue').map(({ receipt }) => broker.held.get(receipt)!);
        const lost = await sound.settle(settlements.map(({ receipt }) => ({ receipt, how: 'ack' })));
        await sound.put(back.map(({ kept }) => kept.queued));
        return lost;
      },
    }),
  },
  {
    name: 'settles everything up to the delivery',
    caughtBy: ['settles exactly the deliveries asked for, in any order'],
    store: (sound, broker) => ({
      settle: async (settlements) => {
        const numberOf = (receipt: Receipt): number => Number(receipt.slice(1));
        const last = Math.max(...settlements.map(({ receipt }) => numberOf(receipt)));
        for (const receipt of broker.held.keys()) {
          if (numberOf(receipt) < last) await sound.settle([{ receipt, how: 'ack' }]);
        }
        await sound.settle(settlements);
        return [];
      },
    }),
  },
  {
    name: 'settles all copies of a message together',
    caughtBy: ['settles the copies of a message separately'],
    store: (sound, broker) => ({
      settle: (settlements) => {
        const ended = new Set(settlements.map(({ receipt }) => broker.held.get(receipt)?.kept.queued.message));
        broker.waiting = broker.waiting.filter(({ queued }) => !ended.has(queued.message));
        return sound.settle(settlements);
      },
    }),
  },
  {
    name: 'settles twice without complaint',
    caughtBy: ['refuses a second settlement'],
    ...onDelivery((delivery) =>
      changed(delivery, { settle: { value: (how: 'ack') => delivery.settle(how).catch(() => true) } }),
    ),
  },
  {
    name: 'says that everything is held for ever',
    caughtBy: [
      'says whether a delivery is held',
      'settles deliveries of a consumer without acknowledgement as they are handed over',
    ],
    ...onDelivery((delivery) => changed(delivery, { held: { value: true } })),
  },
  {
    name: 'never confirms what is settled inside the handler',
    caughtBy: ['lets a delivery be settled as it is handed over'],
    transport: (sound) => ({
      consume: (options) => {
        let inside = false;
        const never = new Promise<boolean>(() => {});
        const settle = (delivery: Delivery) => (how: 'ack') => (inside ? never : delivery.settle(how));
        return sound.consume({
          ...options,
          onDeliveries: (deliveries) => {
            inside = true;
            options.onDeliveries(
              deliveries.map((delivery) => changed(delivery, { settle: { value: settle(delivery) } })),
            );
            inside = false;
          },
        });
      },
    }),
  },
  {
    name: 'leaves taken messages for others to see',
    caughtBy: ['hides an unsettled message from other consumers'],
    store: (sound) => ({
      take: async (...wanted) => {
        const taken = await sound.take(...wanted);
        await sound.put(taken);
        return taken;
      },
    }),
  },
  {
    name: 'never marks a message as redelivered',
    caughtBy: [
      'delivers a requeued message again, marked as redelivered',
      'returns unsettled deliveries to the queue when the client closes',
      'returns the messages of a client that died',
    ],
    ...onTaken((taken) => ({ ...taken, redelivered: false })),
  },
  {
    name: 'counts every delivery as the first',
    caughtBy: ['counts deliveries', 'counts the delivery to a client that died'],
    ...onTaken((taken) => ({ ...taken, deliveryCount: 1 })),
  },
  {
    name: 'counts deliveries although it says that it does not',
    caughtBy: ['leaves the delivery count undefined where the broker does not count'],
    capabilities: { deliveryCount: false },
  },
  {
    name: 'keeps what it holds when it closes',
    caughtBy: [
      'returns unsettled deliveries to the queue when the client closes',
      'returns deliveries of a stopped consumer when the client closes',
    ],
    store: () => ({ close: async () => {} }),
  },
  {
    name: 'never returns the messages of the dead',
    caughtBy: ['returns the messages of a client that died', 'counts the delivery to a client that died'],
    store: (sound, broker) => {
      broker.returnExpired = () => {};
      return { size: (queue) => sound.size(queue) };
    },
  },
  {
    name: 'does not renew leases',
    caughtBy: ['keeps a message with a living client for longer than its lease'],
    store: () => ({ renew: async () => [] }),
  },
  {
    name: 'lets anybody settle a delivery whose lease was lost',
    caughtBy: ['refuses to settle a delivery whose lease was lost, and changes nothing'],
    store: (sound: QueueStore) => ({
      settle: async (settlements) => {
        await sound.settle(settlements);
        return [];
      },
      renew: async () => [],
    }),
  },
];
