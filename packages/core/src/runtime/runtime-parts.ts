import type { Backend } from '@celeriac/backend';
import {
  type AcceptList,
  acceptList,
  type Clock,
  type Compression,
  CompressionRegistry,
  DEFAULT_LIMITS,
  type Logger,
  type MessageLimits,
  maskUrl,
  type Serializer,
  SerializerRegistry,
} from '@celeriac/protocol';
import { type BrokerEndpoint, ConnectionGuard, DEFAULT_RECONNECT_POLICY } from '@celeriac/transport';
import { ConsoleLogger } from '../logging/console-logger.ts';
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

/** A logger to standard error, as the settings say. */
export function makeLogger({ logLevel, logFormat, workerLogColor }: Settings, clock: Clock): Logger {
  return new ConsoleLogger({
    level: logLevel,
    format: logFormat,
    color: workerLogColor ?? (process.stderr.isTTY === true && process.env['NO_COLOR'] === undefined),
    clock,
    write: (line) => process.stderr.write(`${line}\n`),
  });
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

/** The result store, not yet connected; undefined when results are disabled. */
export function makeBackend(
  { settings, clock, logger, folder }: PartsContext,
  serializers: SerializerRegistry,
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
  });
}

/** What a worker decodes. */
export function makeAcceptList(settings: Settings, serializers: SerializerRegistry): AcceptList {
  return acceptList(settings.acceptContent, serializers);
}

export function makeLimits({ messageMaxBytes, messageMaxDepth }: Settings): MessageLimits {
  return Object.freeze({ ...DEFAULT_LIMITS, maxMessageBytes: messageMaxBytes, maxDepth: messageMaxDepth });
}

export function makeSerializers(more: readonly Serializer[]): SerializerRegistry {
  return new SerializerRegistry(more);
}

export function makeCompressions(more: readonly Compression[]): CompressionRegistry {
  return new CompressionRegistry(more);
}
