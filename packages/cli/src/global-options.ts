import { resolve } from 'node:path';
import type { Output } from './output.ts';

/** Options that every command takes. */
export interface GlobalOptions {
  /** `-A`, else `CELERY_APP`. */
  readonly app: string | undefined;
  readonly broker: string | undefined;
  readonly resultBackend: string | undefined;
  /** Absolute. */
  readonly workdir: string;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly debug: boolean;
  /** Undefined: where the stream is a terminal. */
  readonly color: boolean | undefined;
}

/** What a command's code is given. */
export interface CommandContext {
  readonly globals: GlobalOptions;
  readonly output: Output;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @param options - as commander read them */
export function readGlobalOptions(
  options: Readonly<Record<string, unknown>>,
  environment: Environment,
  cwd: string,
): GlobalOptions {
  const text = (name: string): string | undefined => {
    const value = options[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    app: text('app') ?? (environment['CELERY_APP'] || undefined),
    broker: text('broker'),
    resultBackend: text('resultBackend'),
    workdir: resolve(cwd, text('workdir') ?? '.'),
    json: options['json'] === true,
    quiet: options['quiet'] === true,
    debug: options['debug'] === true,
    color: colorChoice(options['color'] === false, environment),
  };
}

function colorChoice(refused: boolean, environment: Environment): boolean | undefined {
  if (refused || (environment['NO_COLOR'] ?? '') !== '') return false;
  return (environment['FORCE_COLOR'] ?? '0') === '0' ? undefined : true;
}
