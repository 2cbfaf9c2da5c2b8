import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installCommand } from '@celeriac/core/internal';
import { escapeForLog, isCeleriacError } from '@celeriac/protocol';
import { filePath, sourcePlace } from './source-place.ts';

/** Why a module could not be imported, in one line. */
export interface ImportProblem {
  readonly message: string;
  readonly hint?: string;
}

/** The text of an error's `code`, empty when it has none. */
function codeOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

/**
 * Whether the module is TypeScript that Node's own type stripping cannot run, and tsx can: enums, parameter properties,
 * or `./x.js` written for `./x.ts`.
 */
export function needsTsx(error: unknown): boolean {
  const code = codeOf(error);
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') return true;
  if (code !== 'ERR_MODULE_NOT_FOUND') return false;
  const file = missingFile(error);
  return file !== undefined && /\.[cm]?js$/.test(file) && existsSync(file.replace(/js$/, 'ts'));
}

/**
 * @param target - what `-A` said
 * @param file - the module it means
 */
export function importProblem(error: unknown, target: string, file: string): ImportProblem {
  const text = oneLine(error);
  const code = codeOf(error);
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') return missingImport(text, target, file);
  if (error instanceof SyntaxError) {
    const where = syntaxErrorPlace(error, file);
    return { message: `Syntax error in ${where ?? `${target} or a module that it imports`}: ${text}` };
  }
  if (isCeleriacError(error)) {
    const hint = error.hint;
    return { message: `${target} failed while it was loaded: ${text}`, ...(hint !== undefined && { hint }) };
  }
  const place = throwPlace(error);
  return { message: `${target} failed while it was loaded${place === undefined ? '' : ` (${place})`}: ${text}` };
}

function missingImport(text: string, target: string, file: string): ImportProblem {
  const missing = /Cannot find (?:package|module) '([^']+)'/.exec(text)?.[1];
  const isPackage = missing !== undefined && !/^(\.{0,2}[/\\]|[a-z]:|file:)/i.test(missing);
  return {
    message: `${target} imports what does not exist: ${text}`,
    ...(isPackage && { hint: `Run: ${installCommand(packageName(missing), dirname(file))}` }),
  };
}

/** `@scope/name` of `@scope/name/deep/file`. */
function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** `TypeError: text`, without the name where it says nothing. */
function oneLine(error: unknown): string {
  if (!(error instanceof Error)) return escapeForLog(`it threw ${String(error)}`, 300);
  const name =
    error.name === 'Error' || error instanceof SyntaxError || isCeleriacError(error) ? '' : `${error.name}: `;
  const text = (error.message.split('\n').find((line) => line.trim() !== '') ?? error.name).trim();
  return escapeForLog(`${name}${text}`.replace(/\.$/, ''), 400) + (/[.!?]$/.test(text) ? '.' : '');
}

function missingFile(error: unknown): string | undefined {
  const url: unknown = (error as { url?: unknown }).url;
  return typeof url === 'string' && url.startsWith('file:') ? fileURLToPath(url) : undefined;
}

/** `file:line` of a syntax error: the stack of TypeScript starts with it; for JavaScript only a check tells. */
function syntaxErrorPlace(error: SyntaxError, file: string): string | undefined {
  const first = error.stack?.split('\n')[0] ?? '';
  const fromStack = sourcePlace(first);
  if (fromStack !== undefined) return fromStack;
  if (!/\.[cm]?js$/.test(file)) return undefined;
  const check = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8', timeout: 5000 });
  return sourcePlace(check.stderr.split('\n')[0] ?? '');
}

/** `file:line` of the first frame outside Node and installed packages. */
function throwPlace(error: unknown): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  for (const line of stack.split('\n')) {
    const [, path, number] = /\(?((?:file:\/\/|\/|[A-Za-z]:\\).+?):(\d+):\d+\)?$/.exec(line) ?? [];
    if (path === undefined || line.includes('node_modules')) continue;
    return `${filePath(path)}:${number}`;
  }
  return undefined;
}
