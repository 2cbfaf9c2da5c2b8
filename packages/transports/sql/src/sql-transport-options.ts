import { ConfigurationError, checkOptionNames } from '@celeriac/transport';

/** Settings of the transport, by Celery's `broker_transport_options`. */
export interface SqlTransportSettings {
  /** A worker that was not heard of for this long is dead. Milliseconds. */
  readonly leaseMs: number;
  /** Pause between two looks for dead workers. Milliseconds. */
  readonly sweepMs: number;
}

const DEFAULT_LEASE_MS = 30_000;
const LONGEST_SWEEP_MS = 5_000;
const SHORTEST_MS = 50;
const LONGEST_MS = 86_400_000;
const NAMES: readonly string[] = ['leaseMs', 'lease_ms', 'sweepMs', 'sweep_ms'];

/**
 * Checks options and fills in the defaults: a lease of 30 s, and a look for dead workers every sixth of it, every 5 s at
 * the latest.
 * @throws {ConfigurationError} for an unknown name or a value out of range
 */
export function sqlTransportSettings(options: { readonly [name: string]: unknown }): SqlTransportSettings {
  checkOptionNames('sql', options, NAMES);
  const leaseMs = durationOf(options, 'leaseMs', 'lease_ms') ?? DEFAULT_LEASE_MS;
  const sweepMs = durationOf(options, 'sweepMs', 'sweep_ms') ?? Math.min(LONGEST_SWEEP_MS, Math.ceil(leaseMs / 6));
  return { leaseMs, sweepMs };
}

function durationOf(options: { readonly [name: string]: unknown }, ...names: string[]): number | undefined {
  const name = names.find((one) => options[one] !== undefined);
  if (name === undefined) return undefined;
  const value = options[name];
  if (typeof value === 'number' && value >= SHORTEST_MS && value <= LONGEST_MS) return value;
  throw new ConfigurationError(
    `brokerTransportOptions.${name}`,
    `must be a number of milliseconds from ${SHORTEST_MS} to ${LONGEST_MS}`,
  );
}
