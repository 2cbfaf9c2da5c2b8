import { expect, test } from 'vitest';
import { redisTransport } from './redis-transport.ts';
import { redisTransportSettings } from './redis-transport-options.ts';
import { transport } from './redis-transport-plugin.ts';

test.each([
  [{}, { leaseMs: 30_000, sweepMs: 10_000, visibilityTimeoutMs: 3_600_000, prioritySteps: [0, 3, 6, 9] }],
  [{ lease_ms: 900 }, { leaseMs: 900, sweepMs: 300 }],
  [{ visibility_timeout: 6 }, { leaseMs: 6000, sweepMs: 2000, visibilityTimeoutMs: 6000 }],
  [{ visibilityTimeout: 43_200 }, { leaseMs: 30_000, visibilityTimeoutMs: 43_200_000 }],
  [
    { priority_steps: [0, 5], sep: ':', queue_order_strategy: 'sorted' },
    { prioritySteps: [0, 5], sep: ':' },
  ],
  [{ fanout_prefix: true }, { fanoutPrefix: '/{db}.', fanoutPatterns: true }],
  [
    { fanout_prefix: false, fanout_patterns: false },
    { fanoutPrefix: '', fanoutPatterns: false },
  ],
  [{ fanoutPrefix: 'mine/' }, { fanoutPrefix: 'mine/' }],
  [{ socket_timeout: 5, health_check_interval: 30, retry_on_timeout: true, reauth_check_interval: 5 }, {}],
  [{ min_other_sentinels: 1, socket_keepalive_options: {}, ack_emulation: true }, { unackedRestoreLimit: 200 }],
  [{ unacked_restore_limit: 10 }, { unackedRestoreLimit: 10 }],
])('%j comes to %j', (options, settings) => {
  expect(redisTransportSettings(options)).toMatchObject(settings);
});

test.each([
  [{ leaseMs: 0 }, 'leaseMs'],
  [{ visibility_timeout: 'long' }, 'visibilityTimeout'],
  [{ priority_steps: [3, 0] }, 'prioritySteps'],
  [{ priority_steps: [] }, 'prioritySteps'],
  [{ queue_order_strategy: 'random' }, 'queueOrderStrategy'],
  [{ fanout_patterns: 'yes' }, 'fanoutPatterns'],
  [{ ack_emulation: false }, 'ackEmulation'],
  [{ unacked_restore_limit: 0 }, 'unackedRestoreLimit'],
  [{ global_keyprefix: 5 }, 'globalKeyprefix'],
  [{ visibilty_timeout: 5 }, 'visibiltyTimeout'],
])('%j is refused', (options, name) => {
  const refusal = { code: 'CLR_CONFIGURATION', key: `brokerTransportOptions.${name}` };
  expect(() => redisTransportSettings(options)).toThrow(expect.objectContaining(refusal));
});

test('the transport tells its lease and its levels, and masks its URL', () => {
  const made = redisTransport({ url: 'redis://:secret@h/1', options: { leaseMs: 900, prioritySteps: [0, 9] } });
  expect(made.capabilities).toMatchObject({ redelivery: { leaseMs: 900 }, priority: { levels: 2, first: 'low' } });
  expect([made.name, made.url]).toEqual(['redis', 'redis://:**@h/1']);
});

test('the plugin serves the schemes of Redis', () => {
  expect(transport.schemes).toEqual(['redis', 'rediss', 'redis+socket', 'redis+cluster', 'rediss+cluster', 'sentinel']);
});
