import { backendConformance } from '@celeriac/testkit/vitest';
import { sqlTransport } from '@celeriac/transport-sql';
import { afterAll } from 'vitest';
import { serverDatabase } from './server-database.fixture.ts';
import { sqlBackend } from './sql-backend.ts';

const CLAIM_MS = 500;

for (const server of ['postgres', 'mariadb'] as const) {
  const place = await serverDatabase(server);
  if (place.skipped !== undefined) continue;
  const { url } = place;
  afterAll(() => place.drop());

  backendConformance(server, {
    create: ({ clock, resultExpiresMs }) =>
      sqlBackend({ url, context: { clock, resultExpiresMs }, chordClaimMs: CLAIM_MS }),
    createPair: () => ({ transport: sqlTransport({ url }), backend: sqlBackend({ url }) }),
    movableClock: true,
    chordClaimMs: CLAIM_MS,
    noticeMs: 300,
  });
}
