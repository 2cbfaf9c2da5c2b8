import type { Backend } from '@celeriac/backend';
import { type Clock, jsonSerializer, type Logger, silentLogger, systemClock, uuid } from '@celeriac/protocol';
import { ConnectionGuard, type Transport } from '@celeriac/transport';
import { rpcBackend } from './rpc-backend.ts';

/** What a backend of a test is made of. */
export interface BackendSetup {
  readonly transport: () => Transport;
  readonly clock?: Clock;
  readonly resultExpiresMs?: number | undefined;
  readonly logger?: Logger;
  readonly replyTo?: string;
}

/** A backend as an application makes it. */
export function backendOver(setup: BackendSetup): Backend {
  const { transport, clock = systemClock, logger = silentLogger, resultExpiresMs, replyTo = uuid() } = setup;
  const guard = new ConnectionGuard({
    endpoints: [{ url: 'test://', create: transport }],
    clock: systemClock,
    logger,
  });
  const context = { clock, logger, serializer: jsonSerializer, resultExpiresMs, options: {} };
  return rpcBackend({ guard, replyTo, context });
}

/** One process that is both, worker and caller: what it stores goes to its own reply queue. */
export function echoingBackend(setup: BackendSetup): Backend {
  const replyTo = setup.replyTo ?? uuid();
  const backend = backendOver({ ...setup, replyTo });
  const store = backend.store.bind(backend);
  backend.store = (requests, joint) =>
    store(
      requests.map((request) => ({ ...request, replyTo })),
      joint,
    );
  return backend;
}
