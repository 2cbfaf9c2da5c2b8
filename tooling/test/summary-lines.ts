import type { PackageResult } from './package-report.ts';

/** The table of all packages, the failures by name, and as the last line the totals. */
export function summaryLines(results: readonly PackageResult[], untested: readonly string[]): readonly string[] {
  const width = Math.max(...results.map((result) => result.name.length), 'package'.length);
  const row = (name: string, ...cells: readonly (string | number)[]): string =>
    [name.padEnd(width), ...cells.map((cell) => String(cell).padStart(8))].join('');
  const lines = [row('package', 'passed', 'failed', 'skipped')];
  for (const { name, passed, failed, skipped } of results) lines.push(row(name, passed, failed, skipped));
  if (untested.length > 0) lines.push('', `No tests: ${untested.join(', ')}`);
  const failures = results.flatMap((result) => result.failures.map((failure) => `  ${result.name}: ${failure}`));
  if (failures.length > 0) lines.push('', 'Failed:', ...failures);
  return [...lines, '', totalsLine(results)];
}

/** `N passed, N failed`, with `, N skipped` when there are some. */
function totalsLine(results: readonly Omit<PackageResult, 'name' | 'failures'>[]): string {
  const sum = (field: 'passed' | 'failed' | 'skipped'): number =>
    results.reduce((total, result) => total + result[field], 0);
  const skipped = sum('skipped');
  return `${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
