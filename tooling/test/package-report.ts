/** What the tests of one package came to. */
export interface PackageResult {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** The failed tests, with the reason where it is known, and the files that could not be loaded, or what else went wrong. */
  readonly failures: readonly string[];
}

/** What a failed run adds to reports that all claim success: a failure outside them. */
export function failedRun(results: readonly PackageResult[], code: number): readonly PackageResult[] {
  if (code === 0 || results.some((result) => result.failed > 0)) return [];
  const failures = [`ended with ${code} although every report is fine; see above`];
  return [{ name: 'turbo', passed: 0, failed: 1, skipped: 0, failures }];
}

interface JsonReport {
  readonly testResults: readonly JsonTestFile[];
  readonly success?: boolean;
}

interface JsonTestFile {
  readonly name: string;
  readonly status: string;
  readonly message?: string;
  readonly assertionResults: readonly JsonTest[];
}

interface JsonTest {
  readonly status: string;
  readonly fullName: string;
  readonly failureMessages?: readonly string[];
}

/**
 * Adds up the JSON report of a vitest run. A file that failed without a failed test (it could not be loaded, or a hook
 * threw) counts as one failed test; so does a run that failed for a reason outside its tests, such as an unhandled error.
 */
export function readPackageReport(name: string, json: string): PackageResult {
  const report = parseReport(json);
  if (report === undefined) return unreadableReport(name);
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const failures = tests.filter((test) => test.status === 'failed').map(failureOf);
  for (const file of report.testResults) {
    if (file.status !== 'failed' || file.assertionResults.some((test) => test.status === 'failed')) continue;
    failures.push(`${file.name}: ${file.message?.split('\n')[0] || 'could not be run'}`);
  }
  if (report.success === false && failures.length === 0) failures.push('the run failed outside its tests');
  const passed = tests.filter((test) => test.status === 'passed').length;
  const skipped = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed').length;
  return { name, passed, failed: failures.length, skipped, failures };
}

/** A failed test with the first line of why. */
function failureOf({ fullName, failureMessages }: JsonTest): string {
  const why = failureMessages?.[0]?.split('\n')[0];
  return why ? `${fullName}: ${why}` : fullName;
}

/** A package that has tests but left no report: its run ended before it could write one. */
export function missingReport(name: string): PackageResult {
  return { name, passed: 0, failed: 1, skipped: 0, failures: ['left no test report'] };
}

/** A package whose report is cut off: its run ended while it was being written. */
function unreadableReport(name: string): PackageResult {
  return { name, passed: 0, failed: 1, skipped: 0, failures: ['left a test report that cannot be read'] };
}

function parseReport(json: string): JsonReport | undefined {
  try {
    return JSON.parse(json) as JsonReport;
  } catch {
    return undefined;
  }
}
