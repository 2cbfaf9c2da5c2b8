import { backendConformance } from '@celeriac/testkit/vitest';
import { sqlTransport } from '@celeriac/transport-sql';
import { afterAll } from 'vitest';
import { scratchFolder } from './scratch-folder.fixture.ts';
import { sqlBackend } from './sql-backend.ts';

const CLAIM_MS = 500;

const folder = scratchFolder();
afterAll(() => folder[Symbol.dispose]());

backendConformance('sqlite', {
  create: ({ clock, resultExpiresMs }) =>
    sqlBackend({ url: folder.url(), context: { clock, resultExpiresMs }, chordClaimMs: CLAIM_MS }),
  createPair: () => {
    const url = folder.url('joint.db');
    return { transport: sqlTransport({ url }), backend: sqlBackend({ url }) };
  },
  movableClock: true,
  chordClaimMs: CLAIM_MS,
  noticeMs: 200,
});
