import { badInputCases } from './bad-input-cases.ts';
import { roundTripCases } from './round-trip-cases.ts';
import type { SerializerCase } from './serializer-case.ts';

/** Every check of a serializer, as data. */
export const serializerCases: readonly SerializerCase[] = Object.freeze([...roundTripCases, ...badInputCases]);
