/** A fenced block of a README. */
export interface Snippet {
  readonly language: string;
  readonly code: string;
  /** Line of the opening fence. */
  readonly line: number;
}

const FENCE = /^```(\w*)[^\n]*\n([\s\S]*?)^```\s*$/gm;

/** Every fenced block of a Markdown text, in order. */
export function fencedBlocks(markdown: string): readonly Snippet[] {
  return [...markdown.matchAll(FENCE)].map((match) => ({
    language: match[1] as string,
    code: match[2] as string,
    line: markdown.slice(0, match.index).split('\n').length,
  }));
}

/** The blocks that promise to run: TypeScript whose first line is `// runnable`. */
export function runnableSnippets(markdown: string): readonly Snippet[] {
  return fencedBlocks(markdown).filter(({ language, code }) => language === 'ts' && /^\/\/ runnable\s*\n/.test(code));
}
