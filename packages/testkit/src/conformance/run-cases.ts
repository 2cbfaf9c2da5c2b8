import type { CaseResult, ConformanceCase, Harness, OpenHarness } from './conformance-case.ts';
import { within } from './within.ts';

/** How a run of cases is bounded and reported. */
export interface RunOptions {
  /** Most time for one case, milliseconds. Default 30,000. */
  readonly timeoutMs?: number;
  /** Called after every case, in order. */
  readonly report?: (result: CaseResult) => void;
}

/** Most time for one case unless told otherwise, milliseconds. */
export const CASE_TIMEOUT_MS = 30_000;

/**
 * Runs cases one after the other, each with a harness of its own. A failing case does not stop the run.
 * @returns one result per case, in order
 */
export async function runCases<H extends Harness<unknown>>(
  cases: readonly ConformanceCase<H>[],
  open: OpenHarness<H>,
  options: RunOptions = {},
): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = [];
  for (const one of cases) {
    const result = await runCase(one, open, options.timeoutMs);
    options.report?.(result);
    results.push(result);
  }
  return results;
}

/** Runs one case; what it throws becomes the result's error. */
export async function runCase<H extends Harness<unknown>>(
  one: ConformanceCase<H>,
  open: OpenHarness<H>,
  timeoutMs: number = CASE_TIMEOUT_MS,
): Promise<CaseResult> {
  const { name } = one;
  try {
    const harness = await within(open(), timeoutMs, 'the harness opens');
    const needed = one.needs?.(harness.capabilities, harness) ?? true;
    if (needed !== true) {
      await harness.dispose();
      return { name, status: 'skipped', reason: needed };
    }
    await runAndDispose(one, harness, timeoutMs);
    return { name, status: 'passed' };
  } catch (error) {
    return { name, status: 'failed', error: error instanceof Error ? error : new Error(String(error)) };
  }
}

async function runAndDispose<H extends Harness<unknown>>(
  one: ConformanceCase<H>,
  harness: H,
  timeoutMs: number,
): Promise<void> {
  try {
    await within(one.run(harness), timeoutMs, `the case "${one.name}" ends`);
  } catch (error) {
    // The first failure is the one to report; what fails while clearing up after it tells nothing new.
    await harness.dispose().catch(() => {});
    throw error;
  }
  await harness.dispose();
}
