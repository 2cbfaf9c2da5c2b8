import { encodeJson } from './json.ts';
import { pythonRepr } from './python-repr.ts';
import type { ExceptionInfo } from './result-meta.ts';

/** JavaScript's own errors that Python has by the same name. */
const SHARED_NAMES: ReadonlySet<string> = new Set(['TypeError', 'SyntaxError']);
const OWN_MODULE = 'celeriac';

/** Errors that know how Python should see them. */
interface PythonShaped {
  /** Python module of the class. */
  readonly module?: unknown;
  /** Positional arguments instead of the message. */
  readonly args?: unknown;
  /** Qualified class name instead of the JavaScript one. */
  readonly excType?: unknown;
}

/**
 * A thrown value as Celery stores exceptions. The class name stays the JavaScript one; its module is `builtins` for names
 * that Python shares (TypeError, SyntaxError), the error's own `module` text if it has one, else `celeriac`. The
 * arguments are the error's own `args` list if it has one, else its message; one that JSON cannot hold is replaced by
 * its repr. Causes are not stored, as in Celery.
 * @see celery/backends/base.py prepare_exception
 */
export function toExceptionInfo(error: unknown): ExceptionInfo {
  if (!(error instanceof Error)) return { exc_type: 'Error', exc_message: [storable(error)], exc_module: OWN_MODULE };
  const shaped = error as Error & PythonShaped;
  const excType = nameOf(shaped);
  return {
    exc_type: excType,
    exc_message: Array.isArray(shaped.args) ? shaped.args.map(storable) : [storable(error.message)],
    exc_module: typeof shaped.module === 'string' ? shaped.module : SHARED_NAMES.has(excType) ? 'builtins' : OWN_MODULE,
  };
}

function nameOf(error: Error & PythonShaped): string {
  if (typeof error.excType === 'string' && error.excType !== '') return error.excType;
  // `name` wins where somebody set it by hand; classes usually leave it at "Error".
  if (typeof error.name === 'string' && error.name !== '' && error.name !== 'Error') return error.name;
  return error.constructor.name || 'Error';
}

/** The argument itself where a result can hold it: some levels deep, between other fields. */
function storable(argument: unknown): unknown {
  if (argument === undefined) return null;
  try {
    encodeJson([[[[argument]]]]);
    return argument;
  } catch {
    return pythonRepr(argument);
  }
}

const DEEPEST_CAUSE = 8;

/** Stack and message of an error with its causes, as the text that Celery keeps as `traceback`. */
export function tracebackOf(error: unknown): string {
  const parts: string[] = [];
  const seen = new Set<unknown>();
  let current: unknown = error;
  for (let depth = 0; depth < DEEPEST_CAUSE && current !== undefined && !seen.has(current); depth++) {
    seen.add(current);
    parts.push(
      current instanceof Error ? (current.stack ?? `${current.name}: ${current.message}`) : thrownText(current),
    );
    current = current instanceof Error ? current.cause : undefined;
  }
  return `${parts.join('\nCaused by: ')}\n`;
}

function thrownText(value: unknown): string {
  return `Thrown: ${pythonRepr(value)}`;
}

/** An exception as events and chord errors show it: `ValueError('boom')`. */
export function exceptionRepr(info: ExceptionInfo): string {
  const name = info.exc_type.slice(info.exc_type.lastIndexOf('.') + 1);
  if (typeof info.exc_message === 'string') return `${name}(${argumentRepr(info.exc_message)})`;
  return `${name}(${info.exc_message.map(argumentRepr).join(', ')})`;
}

/** Python puts text with apostrophes into double quotes; reprs of messages' arguments, which Celery makes itself, do not. */
function argumentRepr(argument: unknown): string {
  const text = pythonRepr(argument);
  if (typeof argument !== 'string' || !argument.includes("'") || argument.includes('"')) return text;
  return `"${text.slice(1, -1).replace(/\\(.)/g, (escaped, char) => (char === "'" ? char : escaped))}"`;
}
