import type { BackendCapabilities } from '@celeriac/backend';

/** What replies by message can do. */
export const rpcCapabilities: BackendCapabilities = Object.freeze({
  expiry: 'native',
  wakeUp: 'push',
  durable: false,
  shared: false,
});
