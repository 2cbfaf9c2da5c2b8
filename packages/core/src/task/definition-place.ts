import { fileURLToPath } from 'node:url';

/**
 * The place in the user's code where something is defined.
 * @param below - the function or class whose caller is meant
 */
export class DefinitionPlace {
  readonly #trace: { readonly stack?: string } = {};

  constructor(below: ((...args: never[]) => unknown) | (abstract new (...args: never[]) => unknown)) {
    Error.captureStackTrace(this.#trace, below);
  }

  /** The path of the file; undefined for code without one. */
  get file(): string | undefined {
    const path = this.toString().replace(/:\d+:\d+$/, '');
    if (path.startsWith('file:')) return fileURLToPath(path);
    return /^(?:\/|[A-Za-z]:[\\/])/.test(path) ? path : undefined;
  }

  /** `file:line:column`; made only when asked for. */
  toString(): string {
    const line = this.#trace.stack?.split('\n')[1]?.trim() ?? '';
    return /\(([^)]+)\)$/.exec(line)?.[1] ?? line.replace(/^at (async )?/, '');
  }
}
