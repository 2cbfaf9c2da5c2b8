import { Celeriac } from '@celeriac/core';
import { runtimeOf } from '@celeriac/core/internal';
import { expect, test } from 'vitest';
import type { ControlPanel } from './control-panel.ts';
import { nodeStats } from './node-stats.ts';

test.each([
  ['redis://:**@127.0.0.1:6379/1', { transport: 'redis', ssl: false, port: 6379, virtual_host: '1' }],
  ['rediss://h', { transport: 'rediss', ssl: true }],
  ['rediss+cluster://h', { ssl: true }],
  ['amqp://u:**@h//', { transport: 'amqp', ssl: false, userid: 'u' }],
  ['amqps://h', { ssl: true }],
  ['postgres://h/db', { ssl: false }],
  ['', { transport: null, ssl: false }],
])('the broker %s', (brokerUrl, expected) => {
  const runtime = runtimeOf(new Celeriac('stats', { configFile: false, environment: {} }));
  const pool = { info: {} };
  const panel = { runtime, pool, brokerUrl, started: new Map(), stepInfo: {}, prefetchCount: 0, uptimeSeconds: 1 };
  expect(nodeStats(panel as unknown as ControlPanel).broker).toMatchObject(expected);
});
