import type { ConformanceCase, Harness, OpenHarness } from './conformance-case.ts';

/** Cases bound to a subject, ready for any runner. */
export interface ConformanceSuite<H extends Harness<unknown>> {
  /** `redis: transport conformance`. */
  readonly title: string;
  readonly cases: readonly ConformanceCase<H>[];
  readonly open: OpenHarness<H>;
  /** Most time for one case, milliseconds. */
  readonly timeoutMs: number;
}
