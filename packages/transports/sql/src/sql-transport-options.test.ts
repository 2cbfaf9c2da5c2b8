import { expect, test } from 'vitest';
import { sqlTransport } from './sql-transport.ts';
import { sqlTransportSettings } from './sql-transport-options.ts';
import { transport } from './sql-transport-plugin.ts';

test.each([
  [{}, { leaseMs: 30_000, sweepMs: 5_000 }],
  [{ leaseMs: 900 }, { leaseMs: 900, sweepMs: 150 }],
  [
    { lease_ms: 900, sweep_ms: 100 },
    { leaseMs: 900, sweepMs: 100 },
  ],
  [{ leaseMs: 600_000 }, { leaseMs: 600_000, sweepMs: 5_000 }],
])('%j comes to %j', (options, settings) => {
  expect(sqlTransportSettings(options)).toEqual(settings);
});

test.each([
  [{ leaseMs: 0 }, 'leaseMs'],
  [{ lease_ms: '900' }, 'lease_ms'],
  [{ sweepMs: Number.NaN }, 'sweepMs'],
  [{ leaseMs: 1e12 }, 'leaseMs'],
  [{ leaseMillis: 900 }, 'leaseMillis'],
])('%j is refused', (options, name) => {
  expect(() => sqlTransportSettings(options)).toThrow(
    expect.objectContaining({ code: 'CLR_CONFIGURATION', key: `brokerTransportOptions.${name}` }),
  );
});

test('the transport tells its lease as a capability, and the URL it was given', () => {
  const made = sqlTransport({ url: 'sqlite:///somewhere.db', leaseMs: 900 });
  expect(made.capabilities.redelivery).toEqual({ leaseMs: 900 });
  expect([made.name, made.url]).toEqual(['sqlite', 'sqlite:///somewhere.db']);
});

test('the plugin has only schemes whose databases work', () => {
  expect(transport.schemes).toEqual(['sqlite', 'sqla', 'sqla+sqlite', 'sqlalchemy+sqlite']);
});
