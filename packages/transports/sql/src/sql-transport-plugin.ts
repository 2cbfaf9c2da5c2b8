import { sqlSchemes } from '@celeriac/sql';
import type { TransportPlugin } from '@celeriac/transport';
import { sqlTransport } from './sql-transport.ts';
import { sqlTransportSettings } from './sql-transport-options.ts';

/** Found by the scheme of a broker URL. */
export const transport: TransportPlugin = Object.freeze({
  schemes: sqlSchemes(['sqla+', 'sqlalchemy+']),
  create: (url, { clock, logger, options }) => sqlTransport({ url, ...sqlTransportSettings(options), clock, logger }),
} satisfies TransportPlugin);
