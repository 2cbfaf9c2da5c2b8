import type { ConformanceCase } from '../conformance/conformance-case.ts';
import type { SerializerHarness } from './serializer-harness.ts';

/** One check of a serializer. */
export type SerializerCase = ConformanceCase<SerializerHarness>;
