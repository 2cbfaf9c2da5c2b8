/** What every case gets: the subject's capabilities, and a way to let go of all it opened. */
export interface Harness<Capabilities> {
  readonly capabilities: Capabilities;
  /** Closes what the case opened; rejects when that fails or takes too long. */
  dispose(): Promise<void>;
}

/** One check as data: any test runner can drive it. It asserts with `node:assert` and bounds each of its waits. */
export interface ConformanceCase<H extends Harness<unknown>> {
  /** The behaviour, as a sentence. Unique within its suite. */
  readonly name: string;
  /** Whether the case concerns this subject: true, or the reason to skip it. */
  needs?(capabilities: H['capabilities'], harness: H): true | string;
  run(harness: H): Promise<void>;
}

/** What became of one case. */
export interface CaseResult {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  /** Why it was skipped. */
  readonly reason?: string;
  readonly error?: Error;
}

/** Makes a fresh harness for one case. */
export type OpenHarness<H extends Harness<unknown>> = () => Promise<H>;
