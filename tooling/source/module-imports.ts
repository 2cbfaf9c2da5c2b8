import type { Token } from './tokens.ts';

/** How a module names another one. `export` is `export … from`; `type` covers `import type` and `export type`. */
type ImportKind = 'value' | 'type' | 'dynamic' | 'export';

/** One module specifier in a file. */
export interface ModuleImport {
  readonly specifier: string;
  readonly kind: ImportKind;
  readonly line: number;
}

/**
 * Finds every module specifier that a file names with `import`, `export … from` or `import()`, type positions included
 * (`import('x').Y` as a type counts as dynamic). A specifier that is not a plain string is not seen.
 */
export function moduleImports(tokens: readonly Token[]): readonly ModuleImport[] {
  const found: ModuleImport[] = [];
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index] as Token;
    if (token.kind !== 'word' || isPropertyName(tokens, index)) continue;
    if (token.text === 'import') {
      const entry = importAt(tokens, index);
      if (entry) found.push(entry);
    } else if (token.text === 'export') {
      const entry = reExportAt(tokens, index);
      if (entry) found.push(entry);
    }
  }
  return found;
}

function isPropertyName(tokens: readonly Token[], index: number): boolean {
  return (
    tokens[index - 1]?.text === '.' || (tokens[index + 1]?.text === ':' && tokens[index + 1]?.kind === 'punctuation')
  );
}

function importAt(tokens: readonly Token[], index: number): ModuleImport | undefined {
  const line = (tokens[index] as Token).line;
  const next = tokens[index + 1];
  if (next?.kind === 'string') return { specifier: next.text, kind: 'value', line };
  if (next?.text === '.') return undefined;
  if (next?.text === '(') {
    const argument = tokens[index + 2];
    return argument?.kind === 'string' ? { specifier: argument.text, kind: 'dynamic', line } : undefined;
  }
  const specifier = specifierAfterFrom(tokens, index + 1);
  if (specifier === undefined) return undefined;
  const isType = next?.text === 'type' && tokens[index + 2]?.text !== 'from';
  return { specifier, kind: isType || onlyTypeNames(tokens, index + 1) ? 'type' : 'value', line };
}

function reExportAt(tokens: readonly Token[], index: number): ModuleImport | undefined {
  let next = index + 1;
  const isType = tokens[next]?.text === 'type';
  if (isType) next += 1;
  if (tokens[next]?.text !== '{' && tokens[next]?.text !== '*') return undefined;
  const specifier = specifierAfterFrom(tokens, next);
  const line = (tokens[index] as Token).line;
  return specifier === undefined ? undefined : { specifier, kind: isType ? 'type' : 'export', line };
}

/** Reads `a, { b as c } from 'x'` from its first token on; undefined when the statement is something else. */
function specifierAfterFrom(tokens: readonly Token[], start: number): string | undefined {
  let braces = 0;
  for (let index = start; index < tokens.length; index += 1) {
    const token = tokens[index] as Token;
    if (token.text === '{') braces += 1;
    else if (token.text === '}') braces -= 1;
    else if (token.text === 'from' && braces === 0 && tokens[index + 1]?.kind === 'string')
      return tokens[index + 1]?.text;
    else if (token.kind === 'word' || token.text === ',' || token.text === '*' || token.kind === 'string') {
      const endsHere = braces === 0 && index > start && (token.text === 'import' || token.text === 'export');
      if (endsHere) return undefined;
    } else return undefined;
  }
  return undefined;
}

/** `import { type A, type B } from` has no value in it. */
function onlyTypeNames(tokens: readonly Token[], start: number): boolean {
  if (tokens[start]?.text !== '{') return false;
  let expectsName = true;
  for (let index = start + 1; tokens[index] !== undefined && tokens[index]?.text !== '}'; index += 1) {
    const token = tokens[index] as Token;
    if (expectsName && !(token.text === 'type' && tokens[index + 1]?.kind === 'word')) return false;
    expectsName = token.text === ',' && tokens[index + 1]?.text !== '}';
  }
  return true;
}
