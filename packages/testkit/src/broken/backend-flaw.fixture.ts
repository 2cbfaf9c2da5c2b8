import type { Backend, BackendCapabilities } from '@celeriac/backend';
import { silentLogger, systemClock } from '@celeriac/protocol';
import { type Transport, virtualTransport } from '@celeriac/transport';
import type { BackendConformanceOptions, BackendRequest, JointPair } from '../backend/backend-conformance-options.ts';
import { SOUND_DOMAIN, SoundBackend, SoundServer } from './sound-backend.fixture.ts';
import { SoundBroker, SoundStore } from './sound-broker.fixture.ts';

/** One way in which a result store can be wrong, and the cases that must notice. */
export interface BackendFlaw {
  readonly name: string;
  /** Names of cases; each of them must fail. */
  readonly caughtBy: readonly string[];
  readonly capabilities?: Partial<BackendCapabilities>;
  readonly options?: Partial<BackendConformanceOptions>;
  /** Puts the flaw on a backend. */
  backend?(sound: Backend, server: SoundServer): Partial<Backend>;
  /** Puts the flaw on the transport of a pair. */
  transport?(sound: Transport): Partial<Transport>;
}

/** What runs the suite against a result store with this flaw; without one, against the sound one. */
export function flawedBackendOptions(flaw?: BackendFlaw): BackendConformanceOptions {
  const server = new SoundServer();
  const broker = new SoundBroker(30_000);
  const create = (request: BackendRequest): Backend => {
    const sound = new SoundBackend(server, request, broker);
    const capabilities = { ...sound.capabilities, ...flaw?.capabilities };
    return { ...backendVerbs(sound), capabilities, ...flaw?.backend?.(sound, server) };
  };
  const createPair = (): JointPair => {
    const transport = soundPairTransport(broker);
    return {
      transport: flaw?.transport === undefined ? transport : withVerbs(transport, flaw.transport(transport)),
      backend: create({ clock: systemClock, resultExpiresMs: undefined }),
    };
  };
  return { create, createPair, movableClock: true, ...flaw?.options };
}

function soundPairTransport(broker: SoundBroker): Transport {
  return virtualTransport({
    name: 'sound',
    url: 'sound://',
    store: new SoundStore(broker, systemClock),
    capabilities: {
      fanout: 'emulated',
      exchangeTypes: ['direct'],
      priority: false,
      redelivery: 'on-disconnect',
      delayedDelivery: false,
      deliveryCount: true,
      durable: false,
      maxBodyBytes: 1_000_000,
    },
    joint: {
      domain: SOUND_DOMAIN,
      settling: (receipts) => ({ statement: { sql: 'settle the receipts that are held', parameters: receipts } }),
    },
    clock: systemClock,
    logger: silentLogger,
  });
}

/** The verbs of a backend as a plain object, so that one of them can be replaced. */
function backendVerbs(sound: SoundBackend): Backend {
  return {
    name: sound.name,
    url: sound.url,
    capabilities: sound.capabilities,
    jointDomain: sound.jointDomain,
    groups: sound.groups,
    chords: sound.chords,
    connect: () => sound.connect(),
    store: (requests, joint) => sound.store(requests, joint),
    load: (ids) => sound.load(ids),
    watch: (onReady) => sound.watch(onReady),
    forget: (ids) => sound.forget(ids),
    cleanup: () => sound.cleanup(),
    close: () => sound.close(),
  };
}

function withVerbs(transport: Transport, verbs: Partial<Transport>): Transport {
  return {
    name: transport.name,
    url: transport.url,
    capabilities: transport.capabilities,
    ...(transport.joint !== undefined && { joint: transport.joint }),
    connect: () => transport.connect(),
    declare: (topology) => transport.declare(topology),
    publish: (messages) => transport.publish(messages),
    consume: (options) => transport.consume(options),
    size: (queue) => transport.size(queue),
    purge: (queue) => transport.purge(queue),
    remove: (queue) => transport.remove(queue),
    close: () => transport.close(),
    ...verbs,
  };
}
