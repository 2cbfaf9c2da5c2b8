// Checks that the package.json files agree with each other and hold what they must. Run: npm run manifests
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Manifest, repositoryRoot, workspacePackages } from '../workspace/workspace-packages.ts';
import { checkAgreement } from './check-agreement.ts';
import { checkManifest } from './check-manifest.ts';

const packages = workspacePackages();
const root = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as Manifest;
const findings = [...packages.flatMap(checkManifest), ...checkAgreement(packages, root)];
for (const { rule, where, message } of findings) console.log(`fail [${rule}] ${where} ${message}`);
console.log(`${packages.length} manifests: ${findings.length} failures`);
process.exitCode = findings.length > 0 ? 1 : 0;
