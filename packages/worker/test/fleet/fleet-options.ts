import type { CeleriacOptions } from '@celeriac/core';

/** Where the broker and the store of a fleet are. */
export interface FleetPlace {
  readonly brokerUrl: string;
  readonly resultBackend: string;
  /** For the store too, where it is of the same kind. */
  readonly transportOptions: object;
  readonly queue: string;
}

/** The settings of every process of a fleet, from its environment. */
export function fleetOptions(environment: { readonly [name: string]: string | undefined }): CeleriacOptions {
  const place = JSON.parse(environment['FLEET_PLACE'] ?? '{}') as Partial<FleetPlace>;
  const { brokerUrl = '', resultBackend = '', transportOptions = {}, queue = 'celery' } = place;
  const given = transportOptions as { readonly global_keyprefix?: string };
  return {
    brokerUrl,
    resultBackend,
    brokerTransportOptions: /^amqp/.test(brokerUrl) ? {} : { ...given },
    resultBackendTransportOptions:
      given.global_keyprefix === undefined ? {} : { global_keyprefix: given.global_keyprefix },
    taskDefaultQueue: queue,
    configFile: false,
    environment: {},
  };
}
