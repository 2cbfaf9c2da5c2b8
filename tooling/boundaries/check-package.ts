import { checkArrows } from './check-arrows.ts';
import { checkFiles } from './check-files.ts';
import { checkStages } from './check-stages.ts';
import { checkStyle } from './check-style.ts';
import type { Finding } from './finding.ts';
import type { PackageSource } from './package-source.ts';

/** Every rule of this folder on one package. */
export function checkPackage(source: PackageSource): readonly Finding[] {
  return [
    ...checkArrows(source),
    ...checkFiles(source),
    ...checkStyle(source),
    ...(source.manifest.name === '@celeriac/worker' ? checkStages(source) : []),
  ];
}
