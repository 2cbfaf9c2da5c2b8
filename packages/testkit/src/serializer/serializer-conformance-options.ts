import type { Serializer } from '@celeriac/protocol';

/** What an author hands to the suite. */
export interface SerializerConformanceOptions {
  readonly serializer: Serializer;
  /** Of the generated values; a failing case prints it. Random unless given. */
  readonly seed?: number;
  /** Most time for one case. Milliseconds, default 30,000. */
  readonly caseTimeoutMs?: number;
}
