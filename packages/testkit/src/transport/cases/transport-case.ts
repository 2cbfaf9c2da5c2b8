import type { ConformanceCase } from '../../conformance/conformance-case.ts';
import type { TransportHarness } from '../transport-harness.ts';

/** One check of a transport. */
export type TransportCase = ConformanceCase<TransportHarness>;
