import { escapeForLog, isCeleriacError } from '@celeriac/protocol';
import type { Output } from './output.ts';

const LONGEST = 1000;

/** What is told about an error. */
interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly exitCode: number;
}

/** Codes of errors that the user can only mend on the command line or in the settings. */
const usageCodes: ReadonlySet<string> = new Set([
  'CLR_USAGE',
  'CLR_CONFIGURATION',
  'CLR_INVALID_URL',
  'CLR_WORKER_OPTION',
]);

/** Reads any thrown value; exit code 2 for wrong usage and settings, 1 for what failed. */
function reportOf(error: unknown): ErrorReport {
  if (isCeleriacError(error)) {
    const own: unknown = 'exitCode' in error ? error.exitCode : undefined;
    const exitCode = typeof own === 'number' ? own : usageCodes.has(error.code) ? 2 : 1;
    return { code: error.code, message: clean(error.message), hint: error.hint && clean(error.hint), exitCode };
  }
  const message = error instanceof Error ? error.message || error.name : `Something threw ${String(error)}`;
  const hint = 'Run it again with --debug to see where this comes from.';
  return { code: 'CLR_UNEXPECTED', message: clean(message), hint, exitCode: 1 };
}

/**
 * Writes an error to stderr: `celeriac: <message>` and a line `hint: …`, or one JSON object; with `debug` the stack too.
 * @returns the exit code
 */
export function reportError(error: unknown, output: Output, debug: boolean): number {
  const { code, message, hint, exitCode } = reportOf(error);
  if (output.json) {
    output.error(
      JSON.stringify({ error: { code, message, hint: hint ?? null, ...(debug && { stack: stackOf(error) }) } }),
    );
    return exitCode;
  }
  output.error(`${output.paint('red', 'celeriac:', 'stderr')} ${message}`);
  if (hint !== undefined) output.error(`${output.paint('dim', 'hint:', 'stderr')} ${hint}`);
  if (debug) output.error(stackOf(error));
  return exitCode;
}

function clean(text: string): string {
  return escapeForLog(text.trim().replace(/\s*\n\s*/g, ' '), LONGEST);
}

function stackOf(error: unknown): string {
  const parts: string[] = [];
  for (let current = error; current instanceof Error && parts.length < 8; current = current.cause) {
    parts.push(current.stack ?? String(current));
  }
  return parts.length === 0 ? String(error) : parts.join('\nCaused by: ');
}
