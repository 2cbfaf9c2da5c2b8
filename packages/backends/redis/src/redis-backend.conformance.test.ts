import { backendConformance } from '@celeriac/testkit/vitest';
import { useService } from '@celeriac/tooling/services';
import { afterAll } from 'vitest';
import { redisBackend } from './redis-backend.ts';

const server = await useService('redis');
if (server.skipped === undefined) {
  afterAll(() => server.stop());
  const { url } = server;

  backendConformance('redis', {
    create: ({ clock, resultExpiresMs }) => redisBackend({ url, context: { clock, resultExpiresMs } }),
    noticeMs: 100,
  });

  backendConformance('redis, chords in lists', {
    create: ({ clock, resultExpiresMs }) =>
      redisBackend({ url, context: { clock, resultExpiresMs, options: { result_chord_ordered: false } } }),
  });
}
