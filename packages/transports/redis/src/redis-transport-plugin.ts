import type { TransportPlugin } from '@celeriac/transport';
import { redisTransport } from './redis-transport.ts';

/** Found by the scheme of a broker URL. */
export const transport: TransportPlugin = Object.freeze({
  schemes: Object.freeze(['redis', 'rediss', 'redis+socket', 'redis+cluster', 'rediss+cluster', 'sentinel']),
  create: (url, { clock, logger, options, link }) =>
    redisTransport({ url, clock, logger, options: link?.ssl === undefined ? options : { ssl: link.ssl, ...options } }),
} satisfies TransportPlugin);
