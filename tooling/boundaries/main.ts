// Checks who imports whom. Run: npm run boundaries
import { workspacePackages } from '../workspace/workspace-packages.ts';
import { checkPackage } from './check-package.ts';
import { readPackageSource } from './package-source.ts';

const sources = workspacePackages()
  .filter((entry) => !/^tooling(?:\/|$)/.test(entry.path))
  .map(readPackageSource);
const findings = sources.flatMap(checkPackage);
for (const { level, rule, where, message } of findings) console.log(`${level} [${rule}] ${where} ${message}`);

const failed = findings.filter((finding) => finding.level === 'fail').length;
const files = sources.reduce((sum, source) => sum + source.files.length, 0);
console.log(`${sources.length} packages, ${files} files: ${failed} failures, ${findings.length - failed} warnings`);
process.exitCode = failed > 0 ? 1 : 0;
