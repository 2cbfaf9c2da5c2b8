import type { BackendCapabilities } from '@celeriac/backend';

/** What the memory of a process can do. */
export const memoryCapabilities: BackendCapabilities = Object.freeze({
  expiry: 'native',
  wakeUp: 'push',
  durable: false,
  shared: true,
});
