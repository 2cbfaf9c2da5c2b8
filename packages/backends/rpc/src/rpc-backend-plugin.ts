import type { Backend, BackendContext, BackendPlugin } from '@celeriac/backend';
import { uuid } from '@celeriac/protocol';
import { ConfigurationError, type ConnectionGuard } from '@celeriac/transport';
import { rpcBackend } from './rpc-backend.ts';

/** Found by the URL `rpc://`. */
export const backend: BackendPlugin = Object.freeze({
  schemes: Object.freeze(['rpc']),
  create: createRpcBackend,
});

function createRpcBackend(_url: string, context: BackendContext): Backend {
  const { openBroker, replyTo = uuid(), options, logger } = context;
  if (openBroker === undefined) {
    throw new ConfigurationError('resultBackend', 'is rpc://, which needs the broker of an application');
  }
  const { persistent, ...unknown } = options;
  const names = Object.keys(unknown);
  if (names.length > 0) logger.warning('The rpc result store has no such options.', { options: names });
  // The contract of result stores knows no transports, so it cannot name the type.
  const guard = openBroker() as ConnectionGuard;
  return rpcBackend({ guard, replyTo, context, persistent: persistent === true });
}
