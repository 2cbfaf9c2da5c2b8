/** Names that code may use, with their values. */
export type Scope = ReadonlyMap<string, unknown>;

type AsyncCode = (...values: readonly unknown[]) => Promise<unknown>;

const AsyncFunction = (async () => {}).constructor as new (...parts: readonly string[]) => AsyncCode;

/**
 * Runs code given by the user of this machine; `await` works.
 * @param code - an expression, whose value is returned, or statements, of which `return` gives one
 * @throws what the code throws, and SyntaxError
 */
export async function evaluate(code: string, scope: Scope): Promise<unknown> {
  const names = [...scope.keys()];
  return compile(code, names)(...scope.values());
}

function compile(code: string, names: readonly string[]): AsyncCode {
  try {
    return new AsyncFunction(...names, `return (${code}\n)`);
  } catch {
    return new AsyncFunction(...names, code);
  }
}
