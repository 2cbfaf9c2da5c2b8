import type { Backend, BackendContext, BackendPlugin } from '@celeriac/backend';
import { sqlSchemes } from '@celeriac/sql';
import { sqlBackend } from './sql-backend.ts';

/** Found by the scheme of a result backend's URL. */
export const backend: BackendPlugin = Object.freeze({
  schemes: sqlSchemes(['db+', 'sqla+']),
  create: createSqlBackend,
});

function createSqlBackend(url: string, context: BackendContext): Backend {
  const unused = Object.keys(context.options);
  if (unused.length > 0) {
    context.logger.warning('The sql result store has no options; these mean nothing to it.', { options: unused });
  }
  return sqlBackend({ url, context });
}
