import { type Finding, failure } from './finding.ts';
import { importedFile, type PackageFile, type PackageSource, whereIs } from './package-source.ts';

/** The worker's stages in the order in which a message passes them. */
const STAGES: readonly string[] = ['intake', 'hold', 'execute', 'conclude'];

// Only this file joins the stages.
const PIPELINE = 'src/pipeline.ts';

/**
 * Checks the stages of the worker. A stage imports itself and shared folders; a shared folder that a stage imports knows
 * no stage; and only pipeline.ts knows them all. index.ts, which only re-exports, and tests are free.
 */
export function checkStages(source: PackageSource): readonly Finding[] {
  const files = source.files.filter((file) => !file.isTest && file.name !== 'src/index.ts');
  return [...files.flatMap((file) => checkStageFile(source, file)), ...checkShared(source, files)];
}

function checkStageFile(source: PackageSource, file: PackageFile): readonly Finding[] {
  const own = stageOf(file.name);
  const findings: Finding[] = [];
  const known = new Set<string>();
  for (const entry of file.imports) {
    const target = importedFile(source, file, entry) ?? '';
    const stage = stageOf(target);
    if (stage !== undefined) known.add(stage);
    if (own === undefined) continue;
    const where = whereIs(source, file, entry);
    if (target === PIPELINE) findings.push(failure('stage', where, `${own} must not know the pipeline`));
    else if (stage !== undefined && stage !== own) {
      const back = STAGES.indexOf(stage) < STAGES.indexOf(own) ? 'an earlier' : 'a later';
      findings.push(failure('stage', where, `${own} must not import ${back} stage, ${stage}; share through request/`));
    }
  }
  if (file.name !== PIPELINE && own === undefined && known.size === STAGES.length) {
    findings.push(failure('stage', whereIs(source, file), 'knows all stages; only pipeline.ts may'));
  }
  return findings;
}

/** What a stage imports must not lead back to a stage: that would be the forbidden import by a detour. */
function checkShared(source: PackageSource, files: readonly PackageFile[]): readonly Finding[] {
  const byName = new Map(files.map((file) => [file.name, file]));
  const targetsOf = (file: PackageFile): readonly string[] =>
    file.imports.map((entry) => importedFile(source, file, entry)).filter((target) => target !== undefined);
  const shared = new Set<string>();
  const queue = files.filter((file) => stageOf(file.name) !== undefined).flatMap(targetsOf);
  while (queue.length > 0) {
    const name = queue.pop() as string;
    const file = byName.get(name);
    if (file === undefined || shared.has(name) || name === PIPELINE || stageOf(name) !== undefined) continue;
    shared.add(name);
    queue.push(...targetsOf(file));
  }
  return [...shared].sort().flatMap((name) => {
    const file = byName.get(name) as PackageFile;
    const bad = targetsOf(file).find((target) => stageOf(target) !== undefined || target === PIPELINE);
    return bad ? [failure('stage', whereIs(source, file), `is used by a stage, so it must not import ${bad}`)] : [];
  });
}

function stageOf(name: string): string | undefined {
  return STAGES.find((stage) => name.startsWith(`src/${stage}/`));
}
