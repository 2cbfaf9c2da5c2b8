import { type Finding, failure } from '../boundaries/finding.ts';
import type { Manifest, WorkspacePackage } from '../workspace/workspace-packages.ts';
import { DEPENDENCY_FIELDS } from './check-manifest.ts';

/** Checks what all packages must agree on: one range per third-party package, one version for everything published. */
export function checkAgreement(packages: readonly WorkspacePackage[], root: Manifest): readonly Finding[] {
  const ranges = new Map<string, Map<string, string[]>>();
  for (const { path, manifest } of [...packages, { path: '.', manifest: root }]) {
    for (const field of DEPENDENCY_FIELDS) {
      for (const [name, range] of Object.entries(manifest[field] ?? {})) {
        if (range.startsWith('workspace:')) continue;
        const byRange = ranges.get(name) ?? new Map<string, string[]>();
        ranges.set(name, byRange.set(range, [...(byRange.get(range) ?? []), path]));
      }
    }
  }
  const disagreements = [...ranges]
    .filter(([, byRange]) => byRange.size > 1)
    .map(([name, byRange]) => {
      const list = [...byRange].map(([range, paths]) => `${range} in ${[...new Set(paths)].join(', ')}`).join('; ');
      return failure('agreement', 'package.json', `${name} has several ranges: ${list}`);
    });
  const published = packages.filter((entry) => entry.manifest.private !== true);
  const versions = [...new Set(published.map((entry) => entry.manifest.version))];
  if (versions.length <= 1) return disagreements;
  return [...disagreements, failure('agreement', 'package.json', `several versions: ${versions.join(', ')}`)];
}
