import type { Backend } from '@celeriac/backend';
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
import { type BrokerEndpoint, ConnectionGuard, DEFAULT_RECONNECT_POLICY } from '@celeriac/transport';
import { loadBackend, loadTransport } from '../plugins/load-plugin.ts';
import type { Settings } from '../settings/settings.ts';

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
): ConnectionGuard {
  const endpoints = (typeof urls === 'string' ? [urls] : urls).map(
    (url): BrokerEndpoint => ({
      url: maskUrl(url),
      create: () =>
        loadTransport(url, settings.brokerTransport, folder).create(url, {
          clock,
          logger,
          options: settings.brokerTransportOptions,
        }),
    }),
  );
  return new ConnectionGuard({
    endpoints,
    strategy: settings.brokerFailoverStrategy,
    policy: { ...DEFAULT_RECONNECT_POLICY, maxRetries: settings.brokerConnectionMaxRetries },
    connectTimeoutMs: settings.brokerConnectionTimeout * 1000,
    clock,
    logger,
  });
}

/** What a result store that answers by message needs. */
export interface ReplyParts {
  readonly replyTo: string;
  readonly openBroker: () => ConnectionGuard;
}

/** Whether results come as messages, whose queue must be there before the task is sent. */
export function repliesByMessage({ resultBackend }: Settings): boolean {
  return resultBackend?.startsWith('rpc:') === true;
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
  return loadBackend(url, settings.resultBackendPackage, folder).create(url, {
    clock,
    logger,
    serializer: serializers.byName(settings.resultSerializer),
    resultExpiresMs: resultExpires === null || resultExpires === 0 ? undefined : resultExpires * 1000,
    options: settings.resultBackendTransportOptions,
    ...replies,
  });
}

/** What a worker decodes. */
export function makeAcceptList(settings: Settings, serializers: SerializerRegistry): AcceptList {
  return acceptList(settings.acceptContent, serializers);
}

export function makeLimits({ messageMaxBytes, messageMaxDepth }: Settings): MessageLimits {
  return Object.freeze({ ...DEFAULT_LIMITS, maxMessageBytes: messageMaxBytes, maxDepth: messageMaxDepth });
}
