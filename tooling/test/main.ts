// Runs the tests of all packages, one package at a time, and adds them up. Run: npm test, or npm run test:long
import { declaredServices, startDeclared } from '../services/declared-services.ts';
import { runTurbo } from '../turbo/run-turbo.ts';
import { workspacePackages } from '../workspace/workspace-packages.ts';
import { failedRun } from './package-report.ts';
import { collectReports, deleteReports } from './report-files.ts';
import { summaryLines } from './summary-lines.ts';

const isLong = process.argv.includes('--long');
const packages = workspacePackages();

deleteReports(packages);
// Under CI a missing server is a failure, but of the packages that need it, which will say so themselves.
const services = await startDeclared(declaredServices(packages.map((entry) => entry.manifest)), {
  ...process.env,
  CI: undefined,
});
const code = runTurbo(
  ['run', 'test', '--concurrency=1', '--continue=always', '--output-logs=errors-only', '--log-order=grouped'],
  { ...services.env, ...(isLong ? { CELERIAC_LONG: '1' } : {}) },
);
await services.stop();
const { results: reported, untested } = collectReports(packages);
const results = [...reported, ...failedRun(reported, code)];
console.log(`\n${summaryLines(results, untested).join('\n')}`);
process.exitCode = results.some((result) => result.failed > 0) || results.length === 0 ? 1 : 0;
