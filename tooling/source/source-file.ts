import { readFileSync } from 'node:fs';
import { type ModuleImport, moduleImports } from './module-imports.ts';
import { type Comment, type Token, tokenize } from './tokens.ts';

/** A parsed TypeScript file. */
export interface SourceFile {
  /** Absolute path. */
  readonly path: string;
  readonly lines: number;
  readonly tokens: readonly Token[];
  readonly comments: readonly Comment[];
  readonly imports: readonly ModuleImport[];
}

/** Reads and scans one file. */
export function readSourceFile(path: string): SourceFile {
  const text = readFileSync(path, 'utf8');
  const { tokens, comments } = tokenize(text);
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  return { path, lines, tokens, comments, imports: moduleImports(tokens) };
}

/** Files that only tests load: they may break the arrows, and are not published. */
export function isTestFile(path: string): boolean {
  return /\.(?:test|test-d|fixture)\.ts$/.test(path) || /[\\/](?:test|fixtures|__fixtures__)[\\/]/.test(path);
}
