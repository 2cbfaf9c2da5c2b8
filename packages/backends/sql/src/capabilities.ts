import type { BackendCapabilities } from '@celeriac/backend';

/** What the result store in a database can do. */
export const capabilities: BackendCapabilities = Object.freeze({
  expiry: 'cleanup',
  wakeUp: 'push',
  durable: true,
  shared: true,
});
