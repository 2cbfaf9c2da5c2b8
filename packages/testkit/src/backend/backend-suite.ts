import type { ConformanceSuite } from '../conformance/conformance-suite.ts';
import { CASE_TIMEOUT_MS } from '../conformance/run-cases.ts';
import { backendCases } from './backend-cases.ts';
import type { BackendConformanceOptions } from './backend-conformance-options.ts';
import { type BackendHarness, openBackendHarness } from './backend-harness.ts';

/** The backend cases for one result store. */
export function backendSuite(name: string, options: BackendConformanceOptions): ConformanceSuite<BackendHarness> {
  return {
    title: `${name}: backend conformance`,
    cases: backendCases,
    open: () => openBackendHarness(options),
    timeoutMs: options.caseTimeoutMs ?? CASE_TIMEOUT_MS,
  };
}
