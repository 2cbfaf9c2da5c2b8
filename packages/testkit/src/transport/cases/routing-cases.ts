import assert from 'node:assert/strict';
import type { Binding, ExchangeType, OutgoingMessage, Transport, TransportCapabilities } from '@celeriac/transport';
import { assertCode } from '../../conformance/rejects-with.ts';
import { publishAll, textMessage, textOf, toQueue } from '../case-messages.ts';
import { Inbox } from '../inbox.ts';
import type { TransportHarness } from '../transport-harness.ts';
import type { TransportCase } from './transport-case.ts';

type BindingTerms = Partial<Pick<Binding, 'routingKey' | 'arguments'>>;

/** An exchange with queues by label, each bound by its terms. */
interface Scene {
  readonly client: Transport;
  readonly exchange: string;
  readonly queues: ReadonlyMap<string, string>;
  to(routingKey: string, headers?: { readonly [name: string]: unknown }): OutgoingMessage;
  /** Publishes, and insists that exactly these queues get it. */
  reaches(message: OutgoingMessage, ...labels: readonly string[]): Promise<void>;
}

function needsType(type: ExchangeType) {
  return (capabilities: TransportCapabilities): true | string =>
    capabilities.exchangeTypes.includes(type) || `there are no ${type} exchanges`;
}

async function openScene(
  harness: TransportHarness,
  type: ExchangeType,
  bindings: { readonly [label: string]: readonly BindingTerms[] },
): Promise<Scene> {
  const client = await harness.connect();
  const exchange = harness.name(`${type}-exchange`);
  const queues = new Map(Object.keys(bindings).map((label) => [label, harness.name(label)]));
  await client.declare({
    exchanges: [{ name: exchange, type }],
    queues: [...queues.values()].map((name) => ({ name })),
    bindings: Object.entries(bindings).flatMap(([label, terms]) =>
      terms.map((one) => ({ routingKey: '', ...one, exchange, queue: queues.get(label)! })),
    ),
  });
  const to: Scene['to'] = (routingKey, headers = {}) => ({
    exchange,
    routingKey,
    message: textMessage(routingKey, { headers }),
  });
  const reaches: Scene['reaches'] = async (message, ...labels) => {
    await publishAll(client, [message]);
    const sizes = await Promise.all([...queues].map(async ([label, queue]) => [label, await client.purge(queue)]));
    const expected = [...queues.keys()].map((label) => [label, labels.includes(label) ? 1 : 0]);
    const shown = `${message.routingKey} ${JSON.stringify(message.message.headers)}`;
    assert.deepEqual(Object.fromEntries(sizes), Object.fromEntries(expected), `copies of "${shown}" per queue`);
  };
  return { client, exchange, queues, to, reaches };
}

/** Exchanges and bindings route as AMQP says. */
export const routingCases: readonly TransportCase[] = [
  {
    name: 'routes through a direct exchange by equal keys',
    needs: needsType('direct'),
    async run(harness) {
      const { to, reaches } = await openScene(harness, 'direct', {
        red: [{ routingKey: 'red' }],
        both: [{ routingKey: 'red' }, { routingKey: 'blue' }],
        wild: [{ routingKey: '#' }],
      });
      await reaches(to('red'), 'red', 'both');
      await reaches(to('blue'), 'both');
      await reaches(to('Red'));
      await reaches(to('red.light'));
      await reaches(to('#'), 'wild');
    },
  },
  {
    name: 'routes through a topic exchange by words and wildcards',
    needs: needsType('topic'),
    async run(harness) {
      const { to, reaches } = await openScene(harness, 'topic', {
        orange: [{ routingKey: '*.orange.*' }],
        rabbit: [{ routingKey: '*.*.rabbit' }, { routingKey: 'lazy.#' }],
        all: [{ routingKey: '#' }],
        ends: [{ routingKey: 'a.#.z' }],
        exact: [{ routingKey: 'a.b' }],
        word: [{ routingKey: '*' }],
      });
      await reaches(to('quick.orange.rabbit'), 'orange', 'rabbit', 'all');
      await reaches(to('lazy.orange.elephant'), 'orange', 'rabbit', 'all');
      await reaches(to('lazy'), 'rabbit', 'all', 'word');
      await reaches(to('lazy.a.b.c'), 'rabbit', 'all');
      await reaches(to('quick.orange'), 'all');
      await reaches(to('a.z'), 'ends', 'all');
      await reaches(to('a.b.c.z'), 'ends', 'all');
      await reaches(to('a.b'), 'exact', 'all');
      await reaches(to('aXb'), 'word', 'all');
      await reaches(to('a.b.c'), 'all');
    },
  },
  {
    name: 'reads patterns as words, never as regular expressions',
    needs: needsType('topic'),
    async run(harness) {
      const { to, reaches } = await openScene(harness, 'topic', {
        dots: [{ routingKey: 'a.b' }],
        brackets: [{ routingKey: 'x[yz]+.(q|r)' }],
        caret: [{ routingKey: '^a$' }],
      });
      await reaches(to('a.b'), 'dots');
      await reaches(to('acb'));
      await reaches(to('xy.q'));
      await reaches(to('x[yz]+.(q|r)'), 'brackets');
      await reaches(to('a'));
    },
  },
  {
    name: 'copies through a fanout exchange to every bound queue, whatever the key',
    needs: (capabilities) =>
      capabilities.fanout === 'none' ? 'the broker cannot fan out' : needsType('fanout')(capabilities),
    async run(harness) {
      const scene = await openScene(harness, 'fanout', { a: [{}], b: [{ routingKey: 'ignored' }], c: [{}] });
      await scene.reaches(scene.to('any'), 'a', 'b', 'c');
      await scene.reaches(scene.to(''), 'a', 'b', 'c');
    },
  },
  {
    name: 'routes through a headers exchange by all or any of the arguments',
    needs: needsType('headers'),
    async run(harness) {
      const { to, reaches } = await openScene(harness, 'headers', {
        all: [{ arguments: { 'x-match': 'all', format: 'pdf', type: 'report' } }],
        any: [{ arguments: { 'x-match': 'any', format: 'zip', type: 'report' } }],
        default: [{ arguments: { format: 'pdf' } }],
      });
      await reaches(to('k', { format: 'pdf', type: 'report' }), 'all', 'any', 'default');
      await reaches(to('k', { format: 'pdf' }), 'default');
      await reaches(to('k', { format: 'zip', type: 'log' }), 'any');
      await reaches(to('k', { format: 'doc' }));
      await reaches(to('k'));
    },
  },
  {
    name: 'gives a queue one copy, however many of its bindings match',
    needs: needsType('topic'),
    async run(harness) {
      const scene = await openScene(harness, 'topic', {
        greedy: [{ routingKey: '#' }, { routingKey: 'a.*' }, { routingKey: 'a.b' }],
      });
      await scene.client.declare({
        bindings: [{ exchange: scene.exchange, queue: scene.queues.get('greedy')!, routingKey: '#' }],
      });
      await scene.reaches(scene.to('a.b'), 'greedy');
    },
  },
  {
    name: 'keeps exchange and routing key on the delivery',
    needs: needsType('direct'),
    async run(harness) {
      const { client, exchange, queues, to } = await openScene(harness, 'direct', { q: [{ routingKey: 'some.key' }] });
      await publishAll(client, [to('some.key')]);
      const delivery = await (await Inbox.open(harness, client, [queues.get('q')!])).next();
      assert.deepEqual([delivery.exchange, delivery.routingKey, textOf(delivery)], [exchange, 'some.key', 'some.key']);
    },
  },
  {
    name: 'drops what no binding matches, and fails it when it is mandatory, without its neighbours',
    needs: needsType('direct'),
    async run(harness) {
      const { client, queues, to } = await openScene(harness, 'direct', { q: [{ routingKey: 'yes' }] });
      const outcomes = await client.publish([to('yes'), to('no'), { ...to('no'), mandatory: true }, to('yes')]);
      assert.deepEqual([outcomes[0], outcomes[1], outcomes[3]], [undefined, undefined, undefined]);
      assertCode(outcomes[2], 'CLR_UNROUTABLE');
      assert.equal(await client.size(queues.get('q')!), 2);
    },
  },
  {
    name: 'accepts a mandatory message that a queue takes',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('mandatory');
      await client.declare({ queues: [{ name: queue }] });
      await publishAll(client, [toQueue(queue, 'x', { mandatory: true })]);
      assert.equal(await client.size(queue), 1);
    },
  },
  {
    name: 'forgets the bindings of a removed queue',
    needs: needsType('direct'),
    async run(harness) {
      const { client, queues, reaches, to } = await openScene(harness, 'direct', {
        gone: [{ routingKey: 'k' }],
        stays: [{ routingKey: 'k' }],
      });
      await client.remove(queues.get('gone')!);
      await client.declare({ queues: [{ name: queues.get('gone')! }] });
      await reaches(to('k'), 'stays');
    },
  },
  {
    name: 'settles the copies of a message separately',
    needs: needsType('direct'),
    async run(harness) {
      const { client, queues, to } = await openScene(harness, 'direct', {
        a: [{ routingKey: 'k' }],
        b: [{ routingKey: 'k' }],
      });
      await publishAll(client, [to('k')]);
      const first = await (await Inbox.open(harness, client, [queues.get('a')!])).next();
      assert.equal(await first.settle('ack'), true);
      const second = await (await Inbox.open(harness, client, [queues.get('b')!])).next();
      assert.deepEqual([second.queue, textOf(second)], [queues.get('b'), 'k']);
      assert.equal(await second.settle('ack'), true);
    },
  },
];
