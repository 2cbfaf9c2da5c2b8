import type { ConformanceSuite } from '../conformance/conformance-suite.ts';
import { CASE_TIMEOUT_MS } from '../conformance/run-cases.ts';
import { serializerCases } from './serializer-cases.ts';
import type { SerializerConformanceOptions } from './serializer-conformance-options.ts';
import { openSerializerHarness, type SerializerHarness } from './serializer-harness.ts';

/** The serializer cases for one serializer. */
export function serializerSuite(
  name: string,
  options: SerializerConformanceOptions,
): ConformanceSuite<SerializerHarness> {
  return {
    title: `${name}: serializer conformance`,
    cases: serializerCases,
    open: () => openSerializerHarness(options),
    timeoutMs: options.caseTimeoutMs ?? CASE_TIMEOUT_MS,
  };
}
