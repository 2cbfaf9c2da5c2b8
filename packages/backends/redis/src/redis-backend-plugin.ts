import type { BackendPlugin } from '@celeriac/backend';
import { redisBackend } from './redis-backend.ts';

/** Found by the scheme of a result backend's URL. */
export const backend: BackendPlugin = Object.freeze({
  schemes: Object.freeze(['redis', 'rediss', 'redis+socket', 'redis+cluster', 'rediss+cluster', 'sentinel']),
  create: (url, context) => redisBackend({ url, context }),
} satisfies BackendPlugin);
