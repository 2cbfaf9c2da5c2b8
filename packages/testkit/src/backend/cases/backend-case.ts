import type { ConformanceCase } from '../../conformance/conformance-case.ts';
import type { BackendHarness } from '../backend-harness.ts';

/** One check of a result store. */
export type BackendCase = ConformanceCase<BackendHarness>;
