import type { ConformanceSuite } from '../conformance/conformance-suite.ts';
import { CASE_TIMEOUT_MS } from '../conformance/run-cases.ts';
import { transportCases } from './transport-cases.ts';
import type { TransportConformanceOptions } from './transport-conformance-options.ts';
import { openTransportHarness, type TransportHarness } from './transport-harness.ts';

/** The transport cases for one broker. */
export function transportSuite(name: string, options: TransportConformanceOptions): ConformanceSuite<TransportHarness> {
  return {
    title: `${name}: transport conformance`,
    cases: transportCases,
    open: () => openTransportHarness(options),
    timeoutMs: options.caseTimeoutMs ?? CASE_TIMEOUT_MS,
  };
}
