import { existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkspacePackage } from '../workspace/workspace-packages.ts';
import { missingReport, type PackageResult, readPackageReport } from './package-report.ts';

const REPORT = '.reports/tests.json';
const TESTS = ['src/**/*.test.ts', 'test/**/*.test.ts'];

/** Removes the reports of an earlier run, so that none of them can stand in for a run that never happened. */
export function deleteReports(packages: readonly WorkspacePackage[]): void {
  for (const entry of packages) rmSync(join(entry.folder, REPORT), { force: true });
}

/** The results of all packages that have tests, and the names of those that have none. */
export function collectReports(packages: readonly WorkspacePackage[]): {
  readonly results: readonly PackageResult[];
  readonly untested: readonly string[];
} {
  const results: PackageResult[] = [];
  const untested: string[] = [];
  for (const entry of packages) {
    const { name } = entry.manifest;
    if (!hasTests(entry)) untested.push(name);
    else results.push(resultOf(entry));
  }
  return { results, untested };
}

function resultOf(entry: WorkspacePackage): PackageResult {
  const path = join(entry.folder, REPORT);
  if (!existsSync(path)) return missingReport(entry.manifest.name);
  return readPackageReport(entry.manifest.name, readFileSync(path, 'utf8'));
}

function hasTests(entry: WorkspacePackage): boolean {
  const patterns = entry.path === 'tooling' ? ['*/**/*.test.ts'] : TESTS;
  const found = globSync(patterns, { cwd: entry.folder, exclude: ['**/node_modules', '**/fixtures'] });
  return found.length > 0;
}
