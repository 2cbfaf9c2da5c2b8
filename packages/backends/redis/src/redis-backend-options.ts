import type { Logger } from '@celeriac/protocol';
import { CONNECTION_OPTIONS, camelName, camelOptions } from '@celeriac/redis';

/** Settings of the result store, by Celery's `result_backend_transport_options`. */
export interface RedisBackendSettings {
  /** Put before every key; undefined = nothing, or `{celeriac}` in a cluster. */
  readonly globalKeyprefix: string | undefined;
  /** Whether parts of chords are kept in a sorted set, as Celery does, or in a list. */
  readonly resultChordOrdered: boolean;
}

const OWN_OPTIONS: readonly string[] = ['globalKeyprefix', 'resultChordOrdered', 'retryPolicy', 'visibilityTimeout'];

/** Reads options in either spelling; names that mean nothing here are told to the log. */
export function redisBackendSettings(
  options: { readonly [name: string]: unknown },
  logger: Logger,
): RedisBackendSettings {
  const known = new Set([...OWN_OPTIONS, ...CONNECTION_OPTIONS]);
  const unused = Object.keys(options).filter((name) => !known.has(camelName(name)));
  if (unused.length > 0) {
    logger.warning('These options mean nothing to the redis result store.', { options: unused });
  }
  const given = camelOptions(options);
  const prefix = given.get('globalKeyprefix');
  return {
    globalKeyprefix: typeof prefix === 'string' && prefix !== '' ? prefix : undefined,
    resultChordOrdered: given.get('resultChordOrdered') !== false,
  };
}
