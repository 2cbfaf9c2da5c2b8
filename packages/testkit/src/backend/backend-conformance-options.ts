import type { Backend } from '@celeriac/backend';
import type { Clock } from '@celeriac/protocol';
import type { Transport } from '@celeriac/transport';

/** What a case wants of the backend it asks for; pass it on in the `BackendContext`. */
export interface BackendRequest {
  /** A movable one only where the options say `movableClock`. */
  readonly clock: Clock;
  /** How long results are kept, milliseconds; undefined = for ever. */
  readonly resultExpiresMs: number | undefined;
}

/** A transport and a backend of one database. */
export interface JointPair {
  readonly transport: Transport;
  readonly backend: Backend;
}

/** What an author hands to the suite. */
export interface BackendConformanceOptions {
  /** A new client of the same store on every call, not connected. */
  create(request: BackendRequest): Backend | Promise<Backend>;
  /** A transport and a backend that settle and store together, not connected. Without it those cases are skipped. */
  createPair?(): JointPair | Promise<JointPair>;
  /** Empties the store; called before every case. Not needed: every case has its own ids. */
  reset?(): Promise<void>;
  /** Results expire by the clock of the client, so that a case may move it instead of waiting. */
  readonly movableClock?: boolean;
  /** Shortest expiry that the store can keep. Milliseconds, default 1,000. */
  readonly shortestExpiryMs?: number;
  /** How long a claim to run a chord's body stands. Milliseconds, default 10,000. */
  readonly chordClaimMs?: number;
  /** How long a case waits for something that must happen. Milliseconds, default 5,000. */
  readonly waitMs?: number;
  /** How fast a watcher must learn of a result that another client stores. Milliseconds, default 1,000. */
  readonly noticeMs?: number;
  /** Most time for one case. Milliseconds, default 30,000. */
  readonly caseTimeoutMs?: number;
}
