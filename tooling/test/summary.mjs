// Adds up the test reports of all packages; the last line is `N passed, N failed`.
import { workspacePackages } from '../workspace/workspace-packages.ts';
import { collectReports } from './report-files.ts';
import { summaryLines } from './summary-lines.ts';

const { results, untested } = collectReports(workspacePackages());
console.log(summaryLines(results, untested).join('\n'));
process.exitCode = results.some((result) => result.failed > 0) || results.length === 0 ? 1 : 0;
