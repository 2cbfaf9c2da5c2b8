import { setTimeout as delay } from 'node:timers/promises';
import { usePrivateService } from '@celeriac/tooling/services';
import { expect, test } from 'vitest';
import { openSqlDatabase } from '../open-sql-database.ts';

for (const server of ['postgres', 'mariadb'] as const) {
  test(`${server} is frozen: closing ends all the same, and leaves no socket behind`, {
    timeout: 60_000,
  }, async (context) => {
    const service = await usePrivateService(server);
    if (service.skipped !== undefined) return context.skip(service.skipped);
    const database = openSqlDatabase(service.url);
    try {
      await database.connect();
      const probe = { sql: 'select 1 as n', parameters: [] };
      const listener = {
        topic: 'test',
        probe: () => probe,
        isNews: () => false,
        onChange: () => {},
      };
      await database.watchChanges(listener).ready;
      const open = sockets();
      await service.kill('SIGSTOP');
      const deadline = performance.now() + 10_000;
      await database.close();
      while (sockets() > open - 2 && performance.now() < deadline) await delay(20);
      expect(sockets()).toBe(open - 2);
      expect(performance.now()).toBeLessThan(deadline);
    } finally {
      await service.kill('SIGCONT');
      await service.stop();
    }
  });
}

/** Connections of this process that keep it alive. */
function sockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}
