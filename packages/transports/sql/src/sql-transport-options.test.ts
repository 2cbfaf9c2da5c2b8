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

test('the plugin has the schemes of all databases, as they are and behind those of kombu', () => {
  for (const scheme of [
    'sqlite',
    'postgresql',
    'postgres',
    'mysql',
    'mariadb',
    'sqla+postgresql',
    'sqlalchemy+mysql',
  ]) {
    expect(transport.schemes).toContain(scheme);
  }
  expect(transport.schemes.some((scheme) => scheme.startsWith('db+'))).toBe(false);
});

test.each([
  ['postgresql://user:s3cret@db.example/app', 'postgres'],
  ['sqla+mysql+pymysql://user:s3cret@db.example/app', 'mysql'],
])('%s is served without its password being shown', (url, name) => {
  const made = sqlTransport({ url });
  expect([made.name, made.url.includes('s3cret')]).toEqual([name, false]);
});
