import { type Token, tokenize } from '../source/tokens.ts';

/** One top-level statement of a declaration file that declares names. */
export interface Declaration {
  readonly kind: string;
  readonly isExported: boolean;
  /** The statement without comments and without `export` and `declare`. */
  readonly text: string;
}

/** What a declaration file offers: its own declarations, and the names it passes on from other files. */
export interface DeclarationFile {
  /** By local name; an overloaded function has several. */
  readonly declarations: ReadonlyMap<string, readonly Declaration[]>;
  readonly reExports: readonly ReExport[];
  /** Names that the file imports; `exported` is the name they have in it. */
  readonly imports: readonly ReExport[];
}

/** `export { name as exported } from 'specifier'`. */
interface ReExport {
  readonly name: string;
  readonly exported: string;
  /** Undefined for `export { a }` of something declared or imported in the file itself. */
  readonly specifier: string | undefined;
}

const MODIFIERS = new Set(['export', 'declare', 'abstract', 'default', 'async']);
const ENDS_WITH_BRACE = new Set(['class', 'interface', 'enum', 'namespace', 'module']);

/** Reads the text of a `.d.ts` file as the compiler writes it. */
export function readDeclarations(source: string): DeclarationFile {
  const { tokens } = tokenize(source);
  const declarations = new Map<string, Declaration[]>();
  const reExports: ReExport[] = [];
  const imports: ReExport[] = [];
  for (const statement of statements(tokens)) {
    const lead = statement.findIndex((token) => token.kind !== 'word');
    const words = statement.slice(0, lead === -1 ? undefined : lead).map((token) => token.text);
    const [kind, name] = words.filter((word) => !MODIFIERS.has(word));
    const second = statement[1]?.text === 'type' ? statement[2] : statement[1];
    if (words[0] === 'export' && second?.text === '{') reExports.push(...readReExports(statement));
    else if (words[0] === 'import') imports.push(...readReExports(statement));
    else if (kind !== undefined && name !== undefined) {
      const entry = { kind, isExported: words[0] === 'export', text: textOf(source, statement) };
      declarations.set(name, [...(declarations.get(name) ?? []), entry]);
    }
  }
  return { declarations, reExports, imports };
}

function statements(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const found: Token[][] = [];
  let current: Token[] = [];
  let depth = 0;
  for (const token of tokens) {
    current.push(token);
    const isMark = token.kind === 'punctuation';
    if (isMark && '({['.includes(token.text)) depth += 1;
    if (isMark && ')}]'.includes(token.text)) depth -= 1;
    const closes = token.text === '}' && current.some((word, index) => index < 4 && ENDS_WITH_BRACE.has(word.text));
    if (depth === 0 && isMark && (token.text === ';' || closes)) {
      found.push(current);
      current = [];
    }
  }
  return current.length > 0 ? [...found, current] : found;
}

function readReExports(statement: readonly Token[]): readonly ReExport[] {
  if (!statement.some((token) => token.text === '{')) return [];
  const last = statement.findLast((token) => token.kind === 'string');
  const names = statement.slice(
    statement.findIndex((token) => token.text === '{') + 1,
    statement.findIndex((token) => token.text === '}'),
  );
  const found: ReExport[] = [];
  for (let at = 0; at < names.length; at += 1) {
    if (names[at]?.text === ',') continue;
    if (names[at]?.text === 'type' && names[at + 1]?.kind === 'word' && names[at + 1]?.text !== 'as') at += 1;
    const name = (names[at] as Token).text;
    const isRenamed = names[at + 1]?.text === 'as';
    if (isRenamed) at += 2;
    found.push({ name, exported: isRenamed ? (names[at] as Token).text : name, specifier: last?.text });
  }
  return found;
}

function textOf(source: string, statement: readonly Token[]): string {
  const kept = statement.slice(statement.findIndex((token) => token.text !== 'export' && token.text !== 'declare'));
  let text = '';
  let end = kept[0]?.start ?? 0;
  for (const token of kept) {
    text +=
      source.slice(end, token.start).replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '') + source.slice(token.start, token.end);
    end = token.end;
  }
  return text.replace(/[ \t]+$/gm, '').replace(/\n{2,}/g, '\n');
}
