import type { Backend, BackendPlugin } from '@celeriac/backend';
import {
  type AcceptList,
  acceptList,
  type Clock,
  DEFAULT_LIMITS,
  type Logger,
  type MessageLimits,
  maskUrl,
  type SerializerRegistry,
} from '@celeriac/protocol';
import {
  type BrokerEndpoint,
  ConnectionGuard,
  DEFAULT_RECONNECT_POLICY,
  type LinkSettings,
  type ReconnectPolicy,
} from '@celeriac/transport';
import { loadBackend, loadTransport } from '../plugins/load-plugin.ts';
import type { Settings } from '../settings/settings.ts';
import { usesQuorumQueues } from '../settings/uses-quorum-queues.ts';
import { failoverOptions } from './failover-options.ts';

/** What parts are made from. */
export interface PartsContext {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The application's folder. */
  readonly folder: string;
}

/** A connection to the brokers of one URL setting; connects when it is first used. */
export function makeGuard(
  urls: string | readonly string[],
  { settings, clock, logger, folder }: PartsContext,
  retries: Pick<ReconnectPolicy, 'atStart' | 'afterLoss'> = {},
): ConnectionGuard {
  const { policy, options } = failoverOptions(settings.brokerTransportOptions);
  const endpoints = (typeof urls === 'string' ? [urls] : urls).map(
    (url): BrokerEndpoint => ({
      url: maskUrl(url),
      create: () =>
        loadTransport(url, settings.brokerTransport, folder).create(url, {
          clock,
          logger,
          options,
          link: linkOf(settings),
        }),
    }),
  );
  return new ConnectionGuard({
    endpoints,
    strategy: settings.brokerFailoverStrategy,
    policy: { ...DEFAULT_RECONNECT_POLICY, maxRetries: settings.brokerConnectionMaxRetries, ...policy, ...retries },
    connectTimeoutMs: settings.brokerConnectionTimeout * 1000,
    clock,
    logger,
  });
}

/** Whether a worker waits for a broker that is away, by `brokerConnectionRetry` and `brokerConnectionRetryOnStartup`. */
export function readerRetries(settings: Settings): Pick<ReconnectPolicy, 'atStart' | 'afterLoss'> {
  const { brokerConnectionRetry: afterLoss, brokerConnectionRetryOnStartup: atStart = afterLoss } = settings;
  return { atStart, afterLoss };
}

function linkOf(settings: Settings): LinkSettings {
  const { brokerHeartbeat, brokerUseSsl, brokerLoginMethod, brokerNativeDelayedDeliveryQueueType } = settings;
  return {
    ...(brokerHeartbeat !== undefined && { heartbeat: brokerHeartbeat }),
    ...(brokerUseSsl !== false && { ssl: brokerUseSsl }),
    ...(brokerLoginMethod !== undefined && { loginMethod: brokerLoginMethod }),
    delayedQueueType: brokerNativeDelayedDeliveryQueueType,
    // As in Celery: quorum queues know no global prefetch count, so that held messages would stop a worker.
    ...(usesQuorumQueues(settings) && { nativeDelayedDelivery: true as const }),
  };
}

/** The options of a result store: those of the settings that are for its kind, and its own, which win. */
function backendOptions(url: string, settings: Settings): { readonly [name: string]: unknown } {
  if (!/^(?:redis|sentinel|socket)/.test(url)) return settings.resultBackendTransportOptions;
  const given = {
    ssl: settings.redisBackendUseSsl === false ? undefined : settings.redisBackendUseSsl,
    socketTimeout: settings.redisSocketTimeout,
    socketConnectTimeout: settings.redisSocketConnectTimeout,
    healthCheckInterval: settings.redisBackendHealthCheckInterval,
    clientName: settings.redisClientName,
  };
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(set), ...settings.resultBackendTransportOptions };
}

/** What a result store that answers by message needs. */
export interface ReplyParts {
  readonly replyTo: string;
  readonly openBroker: () => ConnectionGuard;
}

/** The result store, not yet connected; undefined when results are disabled. */
export function makeBackend(
  { settings, clock, logger, folder }: PartsContext,
  serializers: SerializerRegistry,
  replies: ReplyParts,
): Backend | undefined {
  const url = settings.resultBackend;
  if (url === undefined) return undefined;
  const { resultExpires } = settings;
  return loadBackend(url, settings.resultBackendPackage ?? overriding(url, settings), folder).create(url, {
    clock,
    logger,
    serializer: serializers.byName(settings.resultSerializer),
    resultExpiresMs: resultExpires === null || resultExpires === 0 ? undefined : resultExpires * 1000,
    options: backendOptions(url, settings),
    ...replies,
  });
}

/** What stands for the URL's scheme in `overrideBackends`. @see celery/app/backends.py by_name */
function overriding(url: string, { overrideBackends = {} }: Settings): string | BackendPlugin | undefined {
  const scheme = /^[^:]*/.exec(url)?.[0] ?? '';
  const name = [scheme, scheme.split('+', 1)[0] ?? ''].find((one) => Object.hasOwn(overrideBackends, one));
  return name === undefined ? undefined : overrideBackends[name];
}

/** What a worker decodes. */
export function makeAcceptList(settings: Settings, serializers: SerializerRegistry): AcceptList {
  return acceptList(settings.acceptContent, serializers);
}

export function makeLimits({ messageMaxBytes, messageMaxDepth }: Settings): MessageLimits {
  return Object.freeze({ ...DEFAULT_LIMITS, maxMessageBytes: messageMaxBytes, maxDepth: messageMaxDepth });
}
