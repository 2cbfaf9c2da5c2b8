import { backendConformance } from '@celeriac/testkit/vitest';
import { useDatabase } from '@celeriac/tooling/services';
import { sqlTransport } from '@celeriac/transport-sql';
import { afterAll } from 'vitest';
import { sqlBackend } from './sql-backend.ts';

const CLAIM_MS = 500;

for (const server of ['postgres', 'mariadb'] as const) {
  const place = await useDatabase(server);
  if (place.skipped !== undefined) continue;
  const { url } = place;
  afterAll(() => place.stop());

  backendConformance(server, {
    create: ({ clock, resultExpiresMs }) =>
      sqlBackend({ url, context: { clock, resultExpiresMs }, chordClaimMs: CLAIM_MS }),
    createPair: () => ({ transport: sqlTransport({ url }), backend: sqlBackend({ url }) }),
    movableClock: true,
    chordClaimMs: CLAIM_MS,
    noticeMs: 300,
  });
}
