import { type BackendContext, keyValueBackend } from '@celeriac/backend';
import { jsonSerializer, silentLogger, systemClock } from '@celeriac/protocol';
import { backendConformance } from '@celeriac/testkit/vitest';
import { SharedMap, sharedMapClient } from './shared-map-store.fixture.ts';

const capabilities = { expiry: 'native', durable: false, shared: true } as const;
const shared = new SharedMap();

/** Expiry and claims go by the case's clock, polls by the real one: a case stores and waits without moving its clock. */
function parts(request: Pick<BackendContext, 'clock' | 'resultExpiresMs'>) {
  const clock = { ...systemClock, now: () => request.clock.now() };
  const { resultExpiresMs } = request;
  const context = { clock, logger: silentLogger, serializer: jsonSerializer, resultExpiresMs, options: {} };
  return { client: sharedMapClient(shared, clock), context };
}

backendConformance('key/value store with a feed and members', {
  create: (request) => {
    const { client, context } = parts(request);
    return keyValueBackend({ name: 'map', url: 'map://', ...client, capabilities, context });
  },
  movableClock: true,
});

backendConformance('key/value store that is polled', {
  create: (request) => {
    const { client, context } = parts(request);
    return keyValueBackend({ name: 'map', url: 'map://', store: client.store, capabilities, context, pollMs: 20 });
  },
  movableClock: true,
});
