import { silentLogger } from '@celeriac/protocol';
import { openSqlDatabase, type SqlDatabase } from '@celeriac/sql';
import { transportConformance } from '@celeriac/testkit/vitest';
import type { Transport } from '@celeriac/transport';
import { afterAll } from 'vitest';
import { scratchFolder } from './scratch-database.fixture.ts';
import { assembleTransport } from './sql-transport.ts';
import { sqlTransportSettings } from './sql-transport-options.ts';

const folder = scratchFolder();
const databases = new WeakMap<Transport, SqlDatabase>();
afterAll(() => folder[Symbol.dispose]());

transportConformance('sqlite', {
  create: ({ clock, leaseMs }) => {
    const url = folder.url();
    const database = openSqlDatabase(url);
    const settings = sqlTransportSettings({ leaseMs });
    const transport = assembleTransport({ database, url, settings, clock, logger: silentLogger });
    databases.set(transport, database);
    return transport;
  },
  // Without its connection it can give nothing back.
  kill: async (transport) => {
    await databases.get(transport)?.close();
    await transport.close();
  },
  leaseMs: 500,
  sweepMs: 600,
});
