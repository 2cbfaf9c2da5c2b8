import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Clock, InvalidUrlError, type Logger, silentLogger, systemClock } from '@celeriac/protocol';
import { keyPrefix, type RedisPlan, redisPlan } from '@celeriac/redis';
import { type LeaseThread, type Transport, virtualTransport } from '@celeriac/transport';
import { capabilitiesOf } from './capabilities.ts';
import type { LeaseThreadOptions } from './lease-thread.ts';
import { RedisBindingStore } from './redis-binding-store.ts';
import { RedisKeys } from './redis-keys.ts';
import { RedisLink } from './redis-link.ts';
import { RedisQueueStore } from './redis-queue-store.ts';
import { type RedisTransportSettings, redisTransportSettings } from './redis-transport-options.ts';

/**
 * Messages taken by one script. More would cost the server no less, and V8 more: of a hundred nearly all are gone before it
 * looks through what is new, and what it meets twice is moved.
 */
const AT_ONCE = 100;

/** Settings of {@link redisTransport}. */
export interface RedisTransportOptions {
  /** `redis://user:password@host:6379/0`, `rediss://`, `redis+socket:///path`, `sentinel://host`, `redis+cluster://host`. */
  readonly url: string;
  /** Celery's `broker_transport_options`, in camel case or as Python spells them. */
  readonly options?: { readonly [name: string]: unknown };
  /** Times waits. Default: the machine's time. */
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/**
 * A broker in the lists of a Redis server, shared with Python's Celery.
 * @throws {InvalidUrlError} with the URL masked
 * @throws {ConfigurationError} for an unknown option or a value that cannot be
 */
export function redisTransport({ url, options = {}, clock, logger }: RedisTransportOptions): Transport {
  return assembleTransport({
    plan: redisPlan(url, options, 'brokerUrl'),
    settings: redisTransportSettings(options),
    clock: clock ?? systemClock,
    logger: logger ?? silentLogger,
  }).transport;
}

/** What {@link assembleTransport} puts together. */
export interface RedisTransportParts {
  readonly plan: RedisPlan;
  readonly settings: RedisTransportSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether a thread renews leases, and not only a timer. Default true. */
  readonly thread?: boolean;
}

export function assembleTransport(parts: RedisTransportParts): { transport: Transport; store: RedisQueueStore } {
  const { plan, settings, clock, logger, thread = true } = parts;
  const prefix = keyPrefix(plan, settings.globalKeyprefix);
  if (prefix === undefined) {
    throw new InvalidUrlError('brokerUrl', plan.url, 'a cluster needs a hash tag in global_keyprefix', {
      hint: 'Choose one such as {celeriac}, so that all keys are in one slot.',
    });
  }
  const keys = new RedisKeys(prefix, settings, plan.db);
  const bindings = new RedisBindingStore((): RedisLink => store.link, keys, settings.sep);
  const store: RedisQueueStore = new RedisQueueStore({
    keys,
    settings,
    bindings,
    healthCheckMs: plan.healthCheckMs,
    clock,
    logger,
    makeLink: (events) => new RedisLink({ plan, anyKey: keys.owners, clock, logger, ...events }),
  });
  const transport = virtualTransport({
    name: 'redis',
    url: plan.url,
    store,
    bindings,
    capabilities: capabilitiesOf(settings.leaseMs, settings.prioritySteps.length),
    lease: { leaseMs: settings.leaseMs, ...(thread ? { thread: leaseThread(parts, keys, store) } : undefined) },
    largestTake: AT_ONCE,
    clock,
    logger,
    connect: () => store.link.connect(),
    noteQueues: (queues, wanted) => store.noteQueues(queues, wanted),
    declareTransient: (queues) => store.declareTransient(queues),
    warnings: () => store.link.warnings(),
  });
  return { transport, store };
}

function leaseThread({ plan, settings }: RedisTransportParts, keys: RedisKeys, store: RedisQueueStore): LeaseThread {
  const { owner } = store;
  const options: LeaseThreadOptions = {
    plan,
    owner,
    leaseMs: settings.leaseMs,
    keys: [keys.owners, keys.held(owner), keys.unackedIndex],
  };
  // Beside this file: `.ts` when run from source, `.js` when built.
  const module = new URL(`./lease-thread${extname(fileURLToPath(import.meta.url))}`, import.meta.url);
  return { module, options };
}
