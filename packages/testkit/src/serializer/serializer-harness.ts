import { randomInt } from 'node:crypto';
import { DEFAULT_LIMITS, type MessageLimits, type Serializer } from '@celeriac/protocol';
import type { Harness } from '../conformance/conformance-case.ts';
import { RandomValues } from '../conformance/random-values.ts';
import type { SerializerConformanceOptions } from './serializer-conformance-options.ts';

/** What a serializer case gets. Serializers have no capabilities: each carries what JSON can carry. */
export interface SerializerHarness extends Harness<undefined> {
  readonly serializer: Serializer;
  /** Encodes and decodes. */
  roundTrip(value: unknown, limits?: Partial<MessageLimits>): unknown;
  decode(body: Uint8Array, limits?: Partial<MessageLimits>): unknown;
  /** Runs a check many times with other random values; a failure names the seed. */
  repeat(times: number, check: (random: RandomValues) => void): void;
}

/** Opens the harness of one case. */
export async function openSerializerHarness(options: SerializerConformanceOptions): Promise<SerializerHarness> {
  const { serializer } = options;
  const seed = options.seed ?? randomInt(2 ** 31);
  const decode: SerializerHarness['decode'] = (body, limits) =>
    serializer.decode(body, { ...DEFAULT_LIMITS, ...limits });
  return {
    capabilities: undefined,
    serializer,
    decode,
    roundTrip: (value, limits) => decode(serializer.encode(value), limits),
    repeat(times, check) {
      for (let round = 0; round < times; round++) {
        try {
          check(new RandomValues(seed + round));
        } catch (cause) {
          const reason = cause instanceof Error ? cause.message : String(cause);
          throw new Error(`with seed ${seed + round}: ${reason}`, { cause });
        }
      }
    },
    dispose: () => Promise.resolve(),
  };
}
