import { type RawBuilder, sql } from 'kysely';
import type { SqlDialect } from './sql-dialect.ts';
import type { BulkStatement, Row, Statement } from './statement.ts';

/** Stands for a value while a statement is compiled. */
class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** One expression for each parameter. */
export type Placeholders<P> = { readonly [K in keyof P]: RawBuilder<P[K]> };

/** Builds the statement; called once. */
export type BuildStatement<P> = (parameters: Placeholders<P>) => RawBuilder<unknown>;

interface CompiledTemplate<P> {
  readonly sql: string;
  /** The parameters in the order in which the text names them. */
  readonly names: readonly (keyof P)[];
}

/**
 * A statement compiled by kysely once, when it is first used; every use after that only puts the values in place.
 * `P` names its parameters, `R` is the shape of its rows.
 */
export class StatementTemplate<P extends object, R = Row> {
  readonly #dialect: SqlDialect;
  readonly #build: BuildStatement<P>;
  #compiled: CompiledTemplate<P> | undefined;

  constructor(dialect: SqlDialect, build: BuildStatement<P>) {
    this.#dialect = dialect;
    this.#build = build;
  }

  with(values: P): Statement<R> {
    const { sql: text, names } = this.#compile();
    return { sql: text, parameters: inOrder(names, values) };
  }

  /**
   * The statement once for each of `values`.
   * @param shared - parameters that are the same every time
   */
  withEach<S extends Partial<P>>(values: readonly Omit<P, keyof S>[], shared?: S): BulkStatement {
    const { sql: text, names } = this.#compile();
    const sources = names.map((name) => shared !== undefined && name in shared);
    const each = values.map((one) => {
      const parameters: unknown[] = [];
      for (let index = 0; index < names.length; index++) {
        const source = (sources[index] === true ? shared : one) as P;
        parameters.push(source[names[index]!]);
      }
      return parameters;
    });
    return { sql: text, each };
  }

  #compile(): CompiledTemplate<P> {
    if (this.#compiled !== undefined) return this.#compiled;
    const compiled = this.#build(placeholders<P>()).compile(this.#dialect.builder);
    const names = compiled.parameters.map((parameter) => {
      if (parameter instanceof Placeholder) return parameter.name as keyof P;
      throw new TypeError(`A template has values as parameters only; write ${typeof parameter} literals into the SQL.`);
    });
    this.#compiled = { sql: compiled.sql, names };
    return this.#compiled;
  }
}

function inOrder<P>(names: readonly (keyof P)[], values: P): unknown[] {
  const parameters: unknown[] = [];
  for (const name of names) parameters.push(values[name]);
  return parameters;
}

function placeholders<P>(): Placeholders<P> {
  return new Proxy(Object.create(null) as Placeholders<P>, {
    get: (_target, name) => sql`${new Placeholder(String(name))}`,
  });
}
