import { expect, test } from 'vitest';
import { budgetOf, type CpuProfile, partOf } from './profile-budget.ts';

test.each([
  ['', 'file:///home/celeriac/packages/worker/dist/intake/consumer.js', '@celeriac/worker'],
  ['', 'file:///home/celeriac/packages/transports/redis/src/redis-link.ts', '@celeriac/transport-redis'],
  ['', 'file:///home/celeriac/packages/backends/sql/dist/sql-backend.js', '@celeriac/backend-sql'],
  ['', '/home/celeriac/node_modules/.pnpm/ioredis@6.0.0/node_modules/ioredis/built/Redis.js', 'ioredis'],
  ['', '/x/node_modules/.pnpm/@a+b@1/node_modules/@a/b/index.js', '@a/b'],
  ['', 'file:///home/celeriac/apps/bench/src/systems/celeriac-app.ts', 'the task and the bench'],
  ['(garbage collector)', '', 'garbage collection'],
  ['writev', 'node:internal/stream_base_commons', 'Node, in JavaScript'],
  ['writeUtf8String', '', 'Node, native: sockets written, JSON, buffers'],
  ['resolve', 'node:internal/modules/esm/resolve', 'starting: modules read and compiled'],
  ['internalModuleStat', '', 'starting: modules read and compiled'],
  ['(idle)', '', '(idle)'],
])('%j in %s is %s', (functionName, url, part) => {
  expect(partOf({ functionName, url })).toBe(part);
});

test('time is shared out by samples, over all processes, without waiting', () => {
  const frame = (id: number, functionName: string, url = '') => ({ id, callFrame: { functionName, url } });
  const profile: CpuProfile = {
    nodes: [
      frame(1, 'a', '/packages/core/src/a.ts'),
      frame(2, '(idle)'),
      frame(3, 'b', '/packages/core/src/b.ts'),
      frame(4, '(program)'),
    ],
    samples: [1, 2, 3, 4, 1],
    timeDeltas: [5, 100, 1000, 50, 30],
  };
  expect(budgetOf([profile, profile], 10)).toEqual([
    { part: '@celeriac/core', micros: 30 },
    { part: 'Node and the operating system, outside of JavaScript', micros: 6 },
  ]);
});
