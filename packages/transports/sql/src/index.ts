export { migrate } from './migrate-transport.ts';
export { type SqlTransportOptions, sqlTransport } from './sql-transport.ts';
export { transport } from './sql-transport-plugin.ts';
