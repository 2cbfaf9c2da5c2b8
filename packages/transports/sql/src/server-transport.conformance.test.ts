import { silentLogger } from '@celeriac/protocol';
import { openSqlDatabase, type SqlDatabase } from '@celeriac/sql';
import { TcpFaultProxy } from '@celeriac/testkit';
import { transportConformance } from '@celeriac/testkit/vitest';
import { useDatabase } from '@celeriac/tooling/services';
import type { Transport } from '@celeriac/transport';
import { afterAll } from 'vitest';
import { assembleTransport } from './sql-transport.ts';
import { sqlTransportSettings } from './sql-transport-options.ts';

for (const server of ['postgres', 'mariadb'] as const) {
  const place = await useDatabase(server);
  if (place.skipped !== undefined) continue;
  const url = new URL(place.url);
  const faults = await TcpFaultProxy.open({ host: url.hostname, port: Number(url.port) });
  url.host = `${faults.host}:${faults.port}`;
  const databases = new WeakMap<Transport, SqlDatabase>();
  afterAll(async () => {
    await faults.close();
    await place.stop();
  });

  transportConformance(server, {
    create: ({ clock, leaseMs }) => {
      const database = openSqlDatabase(url.href);
      const settings = sqlTransportSettings({ leaseMs });
      const thread = leaseMs !== undefined;
      const transport = assembleTransport({ database, url: url.href, settings, clock, logger: silentLogger, thread });
      databases.set(transport, database);
      return transport;
    },
    // Without its connection it can give nothing back.
    kill: async (transport) => {
      await databases.get(transport)?.close();
      await transport.close();
    },
    leaseMs: 1000,
    sweepMs: 1200,
    faults,
  });
}
