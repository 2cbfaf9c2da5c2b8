import type { BackendCapabilities } from '@celeriac/backend';

/** What a Redis result store can do. */
export const capabilities: BackendCapabilities = Object.freeze({
  expiry: 'native',
  wakeUp: 'push',
  durable: true,
  shared: true,
});
