import { jsonSerializer, type ResultMeta, type Serializer, silentLogger } from '@celeriac/protocol';
import type { Backend } from './backend.ts';
import { type KeyValueBackendParts, keyValueBackend } from './key-value-backend.ts';
import { ManualClock } from './manual-clock.fixture.ts';
import { MapStore } from './map-store.fixture.ts';

/** An outcome as a worker stores it. */
export const meta = (taskId: string, status: string, result: unknown = null): ResultMeta => ({
  status,
  result,
  traceback: null,
  children: [],
  date_done: '2026-11-21T05:35:23.845613',
  task_id: taskId,
});

/** A key/value backend over a Map, with its clock and its store. */
export function stage(options: Partial<KeyValueBackendParts> & { serializer?: Serializer; expiresMs?: number } = {}): {
  readonly store: MapStore;
  readonly clock: ManualClock;
  readonly backend: Backend;
} {
  const { serializer = jsonSerializer, expiresMs, ...parts } = options;
  const store = new MapStore();
  const clock = new ManualClock();
  const backend = keyValueBackend({
    name: 'map',
    url: 'map://user:secret@host/',
    store,
    capabilities: { expiry: 'native', durable: false, shared: true },
    context: { clock, logger: silentLogger, serializer, resultExpiresMs: expiresMs, options: {} },
    ...parts,
  });
  return { store, clock, backend };
}
