import { silentLogger } from '@celeriac/protocol';
import { openSqlDatabase, type SqlDatabase } from '@celeriac/sql';
import { transportConformance } from '@celeriac/testkit/vitest';
import type { Transport } from '@celeriac/transport';
import { afterAll } from 'vitest';
import { scratchFolder } from './scratch-folder.fixture.ts';
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
    // A thread only where a lease may run out: starting hundreds of them makes V8 abort now and then, since each compiles
    // the WebAssembly that strips types (nodejs/node#64500).
    const thread = leaseMs !== undefined;
    const transport = assembleTransport({ database, url, settings, clock, logger: silentLogger, thread });
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
