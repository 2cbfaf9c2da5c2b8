import { findCycles } from './cycles.ts';
import { type Finding, failure } from './finding.ts';
import { importExists, importedFile, type PackageFile, type PackageSource, whereIs } from './package-source.ts';

/**
 * Checks the imports between the files of one package: no cycles (type imports count), nothing outside the package,
 * nobody imports an index.ts, extensions written out, and published source never imports a test file.
 */
export function checkFiles(source: PackageSource): readonly Finding[] {
  return [...checkCycles(source), ...source.files.flatMap((file) => checkRelativeImports(source, file))];
}

function checkCycles(source: PackageSource): readonly Finding[] {
  const graph = new Map<string, readonly string[]>();
  for (const file of source.files) {
    const targets = file.imports.map((entry) => importedFile(source, file, entry));
    graph.set(
      file.name,
      targets.filter((target) => target !== undefined),
    );
  }
  return findCycles(graph).map((knot) =>
    failure('cycle', `${source.path}/${knot[0]}`, `import cycle: ${[...knot, knot[0]].join(' -> ')}`),
  );
}

function checkRelativeImports(source: PackageSource, file: PackageFile): readonly Finding[] {
  const findings: Finding[] = [];
  for (const entry of file.imports) {
    const target = importedFile(source, file, entry);
    if (target === undefined) continue;
    const where = whereIs(source, file, entry);
    if (target.startsWith('..')) findings.push(failure('outside', where, `${entry.specifier} leaves the package`));
    else if (!importExists(file, entry)) findings.push(failure('missing', where, `${entry.specifier} does not exist`));
    if (/(?:^|\/)index\.ts$/.test(target) && !file.isTest) {
      findings.push(failure('own-index', where, 'imports an index.ts of its own package; name the file'));
    }
    const targetFile = source.files.find((other) => other.name === target);
    if (targetFile?.isTest && !file.isTest) {
      findings.push(failure('imports-test', where, `published source imports ${target}`));
    }
  }
  return findings;
}
