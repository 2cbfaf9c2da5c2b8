import type { Token } from '../source/tokens.ts';
import { type Finding, failure } from './finding.ts';
import { type PackageFile, type PackageSource, whereIs } from './package-source.ts';

/** From here on a file is worth a second look. */
const LOOK_TWICE_LINES = 250;
/** Above this the first comment of the file must say why. */
const EXPLAIN_LINES = 400;

const SHAPELESS_NAME = /(?:^|\/)(?:utils?|helpers?|common|misc)(?:\.[a-z.-]+)?(?:\/|$)/;
const SILENCED = /@ts-(?:ignore|nocheck)|biome-ignore|eslint-disable/;
const UNFINISHED = /\b(?:TODO|FIXME|XXX)\b/;

/** Rules about single files: length, names, silenced checks, state at module level, and what an index.ts may hold. */
export function checkStyle(source: PackageSource): readonly Finding[] {
  return source.files.flatMap((file) => [
    ...checkLength(source, file),
    ...checkName(source, file),
    ...checkComments(source, file),
    ...(file.name.endsWith('src/index.ts') ? checkIndex(source, file) : []),
    ...(file.isTest ? [] : checkModuleState(source, file)),
  ]);
}

function checkLength(source: PackageSource, file: PackageFile): readonly Finding[] {
  const where = whereIs(source, file);
  if (file.lines > EXPLAIN_LINES && !explainsItsLength(file)) {
    return [failure('length', where, `${file.lines} lines; split it, or say why in a comment at the top`)];
  }
  if (file.lines <= LOOK_TWICE_LINES) return [];
  return [{ level: 'warn', rule: 'length', where, message: `${file.lines} lines` }];
}

/** The comment must stand above all code and speak of the length, so that a licence line does not count. */
function explainsItsLength(file: PackageFile): boolean {
  const first = file.comments[0];
  if (!first?.isFirst) return false;
  return /\b(?:long|length|lines|one file|one table|table)\b/i.test(first.text);
}

function checkName(source: PackageSource, file: PackageFile): readonly Finding[] {
  if (!SHAPELESS_NAME.test(file.name)) return [];
  return [failure('name', whereIs(source, file), 'name the file after its main export')];
}

function checkComments(source: PackageSource, file: PackageFile): readonly Finding[] {
  const findings: Finding[] = [];
  for (const comment of file.comments) {
    const where = whereIs(source, file, comment);
    if (SILENCED.test(comment.text)) findings.push(failure('silenced', where, 'a check is silenced; fix the cause'));
    if (UNFINISHED.test(comment.text)) findings.push(failure('unfinished', where, 'finish it or leave it out'));
    if (comment.text.includes('@ts-expect-error') && !file.name.endsWith('.test-d.ts')) {
      findings.push(failure('silenced', where, '@ts-expect-error belongs into *.test-d.ts'));
    }
  }
  return findings;
}

/** `export { A, type B } from './x.ts';` again and again, and nothing else. */
function checkIndex(source: PackageSource, file: PackageFile): readonly Finding[] {
  const { tokens } = file;
  let at = 0;
  const isNext = (text: string): boolean => tokens[at]?.text === text && tokens[at]?.kind !== 'string';
  while (at < tokens.length) {
    const start = tokens[at] as Token;
    const wrong = failure(
      'index',
      whereIs(source, file, start),
      'index.ts only re-exports, with the names written out',
    );
    if (!isNext('export')) return [wrong];
    at += 1;
    if (isNext('type')) at += 1;
    if (!isNext('{')) return [wrong];
    while (at < tokens.length && !isNext('}')) at += 1;
    at += 1;
    const emptyExport = tokens.length <= 4 && isNext(';');
    if (emptyExport) at += 1;
    else {
      if (!isNext('from') || tokens[at + 1]?.kind !== 'string') return [wrong];
      at += 2;
      if (isNext(';')) at += 1;
    }
  }
  return [];
}

function checkModuleState(source: PackageSource, file: PackageFile): readonly Finding[] {
  let depth = 0;
  const findings: Finding[] = [];
  for (const [index, token] of file.tokens.entries()) {
    if (token.kind === 'punctuation' && '{(['.includes(token.text)) depth += 1;
    if (token.kind === 'punctuation' && '})]'.includes(token.text)) depth -= 1;
    const declares = token.kind === 'word' && (token.text === 'let' || token.text === 'var');
    if (declares && depth === 0 && file.tokens[index + 1]?.kind === 'word') {
      findings.push(failure('state', whereIs(source, file, token), `"${token.text}" at module level is shared state`));
    }
  }
  return findings;
}
