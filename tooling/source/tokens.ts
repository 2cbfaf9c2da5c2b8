/**
 * One token of TypeScript source. `text` of a string is its content without quotes; of a template it is empty.
 * `start` and `end` are offsets into the source.
 */
export interface Token {
  readonly kind: 'word' | 'string' | 'template' | 'regex' | 'punctuation';
  readonly text: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

/** A comment with its delimiters, the line it starts on, and whether it stands above all code. */
export interface Comment {
  readonly text: string;
  readonly isFirst: boolean;
  readonly line: number;
}

/** The outcome of {@link tokenize}. */
export interface Tokenized {
  readonly tokens: readonly Token[];
  readonly comments: readonly Comment[];
}

// After these words a slash starts a regular expression; after any other word it divides.
const WORDS_BEFORE_REGEX = new Set([
  'return',
  'typeof',
  'case',
  'in',
  'of',
  'do',
  'else',
  'void',
  'delete',
  'await',
  'yield',
]);

const SPACE = /\s+/y;
const WORD = /[\p{ID_Start}$_#0-9][\p{ID_Continue}$\u200c\u200d]*/uy;
const LINE_COMMENT = /(?:\/\/|^#!)[^\n]*/y;
const BLOCK_COMMENT = /\/\*[\s\S]*?\*\//y;
const STRING = /'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"/y;
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const TEMPLATE_TEXT = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*/y;

/**
 * Splits TypeScript source into tokens, just well enough to find imports and top-level statements: it knows strings,
 * templates, comments and regular expressions, and leaves everything else as words and single characters.
 */
export function tokenize(source: string): Tokenized {
  const tokens: Token[] = [];
  const comments: Comment[] = [];
  // One entry per open `${`: how many braces are open inside it.
  const substitutions: number[] = [];
  let at = 0;
  let line = 1;

  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  };
  const advance = (text: string): void => {
    at += text.length;
    for (const character of text) if (character === '\n') line += 1;
  };
  const push = (kind: Token['kind'], raw: string, text: string = raw): void => {
    tokens.push({ kind, text, line, start: at, end: at + raw.length });
    advance(raw);
  };
  const template = (): void => {
    push('template', source[at] as string, '');
    advance(match(TEMPLATE_TEXT) ?? '');
    if (source.startsWith('${', at)) {
      advance('${');
      substitutions.push(0);
    } else advance(source[at] ?? '');
  };

  while (at < source.length) {
    const space = match(SPACE);
    if (space) {
      advance(space);
      continue;
    }
    const comment = match(LINE_COMMENT) ?? match(BLOCK_COMMENT);
    if (comment) {
      comments.push({ text: comment, line, isFirst: tokens.length + comments.length === 0 });
      advance(comment);
      continue;
    }
    const word = match(WORD);
    if (word) {
      push('word', word);
      continue;
    }
    const text = match(STRING);
    if (text) {
      push('string', text, text.slice(1, -1));
      continue;
    }
    const regex = startsRegex(tokens.at(-1)) ? match(REGEX) : undefined;
    if (regex) {
      push('regex', regex);
      continue;
    }
    const character = source[at] as string;
    const depth = substitutions.at(-1);
    if (character === '`') template();
    else if (character === '}' && depth === 0) {
      substitutions.pop();
      template();
    } else {
      if (depth !== undefined && character === '{') substitutions[substitutions.length - 1] = depth + 1;
      if (depth !== undefined && character === '}') substitutions[substitutions.length - 1] = depth - 1;
      push('punctuation', character);
    }
  }
  return { tokens, comments };
}

function startsRegex(before: Token | undefined): boolean {
  if (before === undefined) return true;
  if (before.kind === 'punctuation') return before.text !== ')' && before.text !== ']' && before.text !== '}';
  return before.kind === 'word' && WORDS_BEFORE_REGEX.has(before.text);
}
