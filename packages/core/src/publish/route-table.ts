import type { RouteTarget, TaskRoutes } from '../settings/task-routes.ts';
import type { ApplyOptions } from '../task/apply-options.ts';

type CompiledRoute = (
  name: string,
  args: readonly unknown[],
  kwargs: { readonly [name: string]: unknown },
  options: ApplyOptions,
) => RouteTarget | null | undefined;

/**
 * `taskRoutes`, compiled: names, globs (`tasks.*`), regular expressions and functions, in the order given; the first
 * that answers wins. Answers for names and patterns are remembered per task.
 * @see celery/app/routes.py Router
 */
export class RouteTable {
  readonly #routes: readonly CompiledRoute[];

  constructor(routes: TaskRoutes | undefined) {
    this.#routes = routes === undefined ? [] : compile(routes);
  }

  /** The publish options of a call by its route; `undefined` when no route answers. */
  route(
    name: string,
    args: readonly unknown[],
    kwargs: { readonly [name: string]: unknown },
    options: ApplyOptions,
  ): Partial<ApplyOptions> | undefined {
    for (const answer of this.#routes) {
      const target = answer(name, args, kwargs, options);
      if (target !== undefined && target !== null) return typeof target === 'string' ? { queue: target } : target;
    }
    return undefined;
  }
}

function compile(routes: TaskRoutes): CompiledRoute[] {
  if (typeof routes === 'function') return [routes];
  if (Array.isArray(routes))
    return routes.flatMap((route) =>
      isPair(route) ? [compilePattern(route[0], route[1])] : compile(route as TaskRoutes),
    );
  return [compileMap(routes as { readonly [pattern: string]: RouteTarget })];
}

/** In a map exact names win over patterns, whatever their order. */
function compileMap(map: { readonly [pattern: string]: RouteTarget }): CompiledRoute {
  const exact = new Map(Object.entries(map).filter(([pattern]) => !pattern.includes('*') && !pattern.includes('?')));
  const patterns = Object.entries(map)
    .filter(([pattern]) => !exact.has(pattern))
    .map(([pattern, target]) => compilePattern(pattern, target));
  return (name, args, kwargs, options) => {
    const target = exact.get(name);
    if (target !== undefined) return target;
    for (const pattern of patterns) {
      const answer = pattern(name, args, kwargs, options);
      if (answer !== undefined && answer !== null) return answer;
    }
    return undefined;
  };
}

function compilePattern(pattern: string | RegExp, target: RouteTarget): CompiledRoute {
  const expression = typeof pattern === 'string' ? globExpression(pattern) : pattern;
  // A sticky or global expression would remember where the last match ended.
  const stateless =
    expression.global || expression.sticky
      ? new RegExp(expression.source, expression.flags.replace(/[gy]/g, ''))
      : expression;
  return (name) => (stateless.test(name) ? target : undefined);
}

/** `*` any text, `?` one character; all else literal. */
export function globExpression(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '[\\s\\S]*')
    .replace(/\?/g, '[\\s\\S]');
  return new RegExp(`^${source}$`);
}

function isPair(route: unknown): route is readonly [string | RegExp, RouteTarget] {
  return Array.isArray(route) && route.length === 2 && (typeof route[0] === 'string' || route[0] instanceof RegExp);
}
