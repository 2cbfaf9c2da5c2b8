export { migrate } from './migrate-backend.ts';
export { type SqlBackendOptions, sqlBackend } from './sql-backend.ts';
export { backend } from './sql-backend-plugin.ts';
