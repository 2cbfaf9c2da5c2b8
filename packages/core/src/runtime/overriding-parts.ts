import type { BackendPlugin } from '@celeriac/backend';
import type { Clock } from '@celeriac/protocol';
import type { TransportPlugin } from '@celeriac/transport';
import type { Settings } from '../settings/settings.ts';

/** What stands in for the outside world of an app. */
export interface OverridingParts {
  readonly clock: Clock;
  readonly broker: TransportPlugin;
  readonly backend: BackendPlugin;
}

/** The settings with broker and result store replaced, which then get all calls; as they are without `parts`. */
export function overriddenSettings(settings: Settings, parts: OverridingParts | undefined): Settings {
  if (parts === undefined) return settings;
  const { broker, backend } = parts;
  return Object.freeze({
    ...settings,
    brokerUrl: urlOf(broker),
    brokerReadUrl: undefined,
    brokerWriteUrl: undefined,
    brokerTransport: broker,
    brokerTransportOptions: {},
    resultBackend: urlOf(backend),
    resultBackendPackage: backend,
    resultBackendTransportOptions: {},
    taskAlwaysEager: false,
  });
}

function urlOf({ schemes }: { readonly schemes: readonly string[] }): string {
  return `${schemes[0] ?? 'plugin'}://`;
}
