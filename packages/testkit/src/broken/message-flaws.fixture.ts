import type { MessageHeaders, RawMessage } from '@celeriac/protocol';
import type { QueuedMessage, QueueStore } from '@celeriac/transport';
import type { TransportFlaw } from './transport-flaw.fixture.ts';

/** A flaw of `put`: what becomes of one message. */
function onPut(
  change: (message: RawMessage) => RawMessage,
): Pick<TransportFlaw, 'store'> & { store(sound: QueueStore): Partial<QueueStore> } {
  return {
    store: (sound) => ({
      put: (messages) => sound.put(messages.map((queued) => ({ ...queued, message: change(queued.message) }))),
    }),
  };
}

function onHeaders(change: (headers: MessageHeaders) => MessageHeaders): ReturnType<typeof onPut> {
  return onPut((message) => ({ ...message, headers: change(message.headers) }));
}

function changeBatch(
  change: (messages: readonly QueuedMessage[]) => readonly QueuedMessage[],
): Pick<TransportFlaw, 'store'> {
  return { store: (sound) => ({ put: (messages) => sound.put(change(messages)) }) };
}

function rounded(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

function mapValues(headers: MessageHeaders, change: (value: unknown) => unknown): MessageHeaders {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, change(value)]));
}

/** Counts up to `every`, then says true and begins again. */
function everyNth(every: number): () => boolean {
  let seen = 0;
  return () => ++seen % every === 0;
}

/** Messages are lost, doubled, reordered or changed on their way. */
export const messageFlaws: readonly TransportFlaw[] = [
  {
    name: 'loses one message in seven',
    caughtBy: [
      'delivers each of 1,000 messages of one batch once',
      'holds any number of deliveries with a prefetch count of 0',
    ],
    store: (sound) => {
      const isLost = everyNth(7);
      return { put: (messages) => sound.put(messages.filter(() => !isLost())) };
    },
  },
  {
    name: 'doubles one message in seven',
    caughtBy: ['shares a queue between two clients: 1,000 messages, each delivered once'],
    store: (sound) => {
      const isDoubled = everyNth(7);
      return { put: (messages) => sound.put(messages.flatMap((one) => (isDoubled() ? [one, one] : [one]))) };
    },
  },
  {
    name: 'puts batches in backwards',
    caughtBy: [
      'keeps the order of publishing within a queue',
      'keeps the order for a consumer that was there before',
      'keeps the order of publishing within a priority',
    ],
    ...changeBatch((messages) => messages.toReversed()),
  },
  {
    name: 'mixes up the headers of a batch',
    caughtBy: ['keeps headers and properties with their own body in a batch'],
    ...changeBatch((messages) =>
      messages.map((queued, index) => {
        const { headers } = messages[(index + 1) % messages.length]!.message;
        return { ...queued, message: { ...queued.message, headers } };
      }),
    ),
  },
  {
    name: 'drops empty messages',
    caughtBy: ['carries an empty body'],
    ...changeBatch((messages) => messages.filter(({ message }) => message.body.length > 0)),
  },
  {
    name: 'carries bodies as text',
    caughtBy: ['carries every byte value'],
    ...onPut((message) => ({ ...message, body: Buffer.from(Buffer.from(message.body).toString('utf8')) })),
  },
  {
    name: 'cuts bodies at 64 KiB',
    caughtBy: ['carries a body of maxBodyBytes, or of 1 MiB where more is allowed'],
    ...onPut((message) => ({ ...message, body: message.body.subarray(0, 65_536) })),
  },
  {
    name: 'writes content types in lower case',
    caughtBy: ['carries content type and content encoding as they are'],
    ...onPut((message) => ({ ...message, contentType: message.contentType.toLowerCase() })),
  },
  {
    name: 'makes up a content type',
    caughtBy: ['keeps the absence of content type and content encoding'],
    ...onPut((message) => ({ ...message, contentType: message.contentType || 'application/octet-stream' })),
  },
  {
    name: 'keeps headers as text',
    caughtBy: ['carries headers of nested values, null, booleans, fractions and large integers'],
    ...onHeaders((headers) => mapValues(headers, String)),
  },
  {
    name: 'keeps headers in Latin-1',
    caughtBy: ['carries header names and values in any script, and text that looks like syntax'],
    ...onHeaders((headers) =>
      mapValues(headers, (value) =>
        typeof value === 'string' ? Buffer.from(value, 'latin1').toString('latin1') : value,
      ),
    ),
  },
  {
    name: 'keeps header numbers as doubles',
    caughtBy: ['never rounds an integer beyond 2^53 in headers: it arrives exactly, or is refused'],
    ...onHeaders((headers) => mapValues(headers, rounded)),
  },
  {
    name: 'copies headers into plain objects',
    caughtBy: ['keeps hostile header names as plain data'],
    ...onHeaders((headers) => Object.assign({}, headers)),
  },
  {
    name: 'drops the properties',
    caughtBy: ['carries the message properties'],
    ...onPut((message) => ({ ...message, properties: {} })),
  },
  {
    name: 'makes up message ids',
    caughtBy: ['adds no correlation id, reply queue, message id, expiry or type of its own'],
    ...onPut((message) => ({ ...message, properties: { messageId: 'made-up', ...message.properties } })),
  },
  {
    name: 'drops the headers of what is delivered again',
    caughtBy: ['gives a redelivered message back unchanged'],
    store: (sound) => ({
      take: async (...wanted) =>
        (await sound.take(...wanted)).map((one) =>
          one.redelivered ? { ...one, message: { ...one.message, headers: {} } } : one,
        ),
    }),
  },
  {
    name: 'folds queue names to lower case',
    caughtBy: ['keeps queues apart whose names differ only in case, separators or quotes'],
    store: (sound) => ({
      put: (messages) => sound.put(messages.map((queued) => ({ ...queued, queue: queued.queue.toLowerCase() }))),
      take: (queues, ...rest) =>
        sound.take(
          queues.map((queue) => queue.toLowerCase()),
          ...rest,
        ),
      size: (queue) => sound.size(queue.toLowerCase()),
    }),
  },
  {
    name: 'forgets where a message came from',
    caughtBy: [
      'delivers a message with its queue, exchange and routing key',
      'keeps exchange and routing key on the delivery',
    ],
    store: (sound) => ({
      take: async (...wanted) => (await sound.take(...wanted)).map((one) => ({ ...one, exchange: '', routingKey: '' })),
    }),
  },
  {
    name: 'copies a message once per matching binding',
    caughtBy: ['gives a queue one copy, however many of its bindings match'],
    ...changeBatch((messages) => messages.flatMap((one) => (one.exchange === '' ? [one] : [one, one]))),
  },
  {
    name: 'serves the least urgent first',
    caughtBy: ['serves urgent messages first'],
    ...onPut((message) => {
      const { priority = 0 } = message.properties;
      return { ...message, properties: { ...message.properties, priority: 9 - priority } };
    }),
  },
  {
    name: 'honours priorities that it does not announce',
    caughtBy: ['keeps the order of publishing where priorities are ignored'],
    capabilities: { priority: false },
  },
  {
    name: 'delivers delayed messages at once',
    caughtBy: [
      'delivers a delayed message at its time, not before, and lets others pass',
      'serves delayed messages in the order of their times',
    ],
    ...changeBatch((messages) => messages.map(({ deliverAt: _dropped, ...queued }) => queued)),
  },
  {
    name: 'never delivers what is overdue',
    caughtBy: ['delivers a message whose time has passed at once'],
    ...changeBatch((messages) =>
      messages.map((one) =>
        (one.deliverAt ?? Date.now()) < Date.now() - 1_000 ? { ...one, deliverAt: Number.POSITIVE_INFINITY } : one,
      ),
    ),
  },
];
