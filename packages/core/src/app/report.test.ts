import { expect, test } from 'vitest';
import { Celeriac } from './celeriac.ts';

test('a report has versions, changed settings and tasks, and no secrets', () => {
  const app = new Celeriac('shop', {
    configFile: false,
    environment: {},
    broker: ['redis://user:s3cret@a/0', 'redis://user:s3cret@b/0'],
    backend: 'redis://:s3cret@a/1',
    brokerTransportOptions: {
      password: 's3cret',
      nested: { apiKey: 's3cret', leaseSeconds: 5 },
      url: 'redis://:s3cret@c',
    },
    taskRoutes: [[/^a/, 'q'], () => undefined],
  });
  app.task('shop.sell', () => 1);
  const report = app.report();
  expect(report).not.toContain('s3cret');
  expect(report).toContain(`node ${process.version}`);
  expect(report).toContain('app: shop');
  expect(report).toContain('brokerUrl: ["redis://user:**@a/0","redis://user:**@b/0"]');
  expect(report).toContain('leaseSeconds');
  expect(report).toContain('taskRoutes: [["/^a/","q"],"(a function)"]');
  expect(report).toContain('  shop.sell');
  expect(report).not.toContain('taskSerializer');
});
