import { describe, test } from 'node:test';
import type { BackendConformanceOptions } from './backend/backend-conformance-options.ts';
import { backendSuite } from './backend/backend-suite.ts';
import type { Harness } from './conformance/conformance-case.ts';
import type { ConformanceSuite } from './conformance/conformance-suite.ts';
import { runCase } from './conformance/run-cases.ts';
import type { SerializerConformanceOptions } from './serializer/serializer-conformance-options.ts';
import { serializerSuite } from './serializer/serializer-suite.ts';
import type { TransportConformanceOptions } from './transport/transport-conformance-options.ts';
import { transportSuite } from './transport/transport-suite.ts';

export type { BackendConformanceOptions, SerializerConformanceOptions, TransportConformanceOptions };

/** Declares the transport cases as `node:test` tests; call it at the top level of a test file. */
export function transportConformance(name: string, options: TransportConformanceOptions): void {
  declare(transportSuite(name, options));
}

/** Declares the backend cases as `node:test` tests. */
export function backendConformance(name: string, options: BackendConformanceOptions): void {
  declare(backendSuite(name, options));
}

/** Declares the serializer cases as `node:test` tests. */
export function serializerConformance(name: string, options: SerializerConformanceOptions): void {
  declare(serializerSuite(name, options));
}

/** Twice the case's own limit, which reports what did not happen; the runner's is the last resort. */
function declare<H extends Harness<unknown>>(suite: ConformanceSuite<H>): void {
  describe(suite.title, () => {
    for (const one of suite.cases) {
      test(one.name, { timeout: suite.timeoutMs * 2 }, async (context) => {
        const result = await runCase(one, suite.open, suite.timeoutMs);
        if (result.status === 'skipped') context.skip(result.reason);
        if (result.error) throw result.error;
      });
    }
  });
}
