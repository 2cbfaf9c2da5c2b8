import type { Clock } from '@celeriac/protocol';
import type { Transport } from '@celeriac/transport';
import type { TcpFaultProxy } from '../faults/tcp-fault-proxy.ts';

/** What a case wants of the client it asks for. */
export interface ClientRequest {
  /** The clock to give to the client; a movable one only where the options say `movableClock`. */
  readonly clock: Clock;
  /** Lease of its deliveries, milliseconds; only asked for where the options name a `leaseMs`. */
  readonly leaseMs: number | undefined;
}

/** What an author hands to the suite. */
export interface TransportConformanceOptions {
  /** A new client of the same broker on every call, not connected. */
  create(request: ClientRequest): Transport | Promise<Transport>;
  /** Empties the broker; called before every case. Not needed where queues can be removed: every case has its own. */
  reset?(): Promise<void>;
  /**
   * Makes a client vanish as `kill -9` would: nothing is settled or returned, renewals end, connections drop. Without it
   * the cases about dead clients are skipped.
   */
  kill?(transport: Transport): void | Promise<void>;
  /** The lease that `create({ leaseMs })` is asked for in cases that wait for its end. Milliseconds; short, such as 500. */
  readonly leaseMs?: number;
  /** Longest time between the end of a lease and the message's return. Milliseconds, default 1,000. */
  readonly sweepMs?: number;
  /**
   * The broker lives by the clock of its clients, so that a case may move it instead of waiting. Leave it out for brokers
   * with a clock of their own: then leases and delays pass in real time.
   */
  readonly movableClock?: boolean;
  /** A proxy that the clients connect through. Without it the network cases are skipped. */
  readonly faults?: TcpFaultProxy;
  /** How long a case waits for something that must happen. Milliseconds, default 5,000. */
  readonly waitMs?: number;
  /** How fast an idle consumer must get a message that another client publishes. Milliseconds, default 500. */
  readonly wakeMs?: number;
  /** Most time for one case. Milliseconds, default 30,000. */
  readonly caseTimeoutMs?: number;
}
