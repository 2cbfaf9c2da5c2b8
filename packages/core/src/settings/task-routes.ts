import type { ApplyOptions } from '../task/apply-options.ts';

/** Where a route sends a task: a queue's name, or publish options. */
export type RouteTarget = string | Partial<ApplyOptions>;

/** Decides where one call goes; nothing (undefined, null) leaves it to the next route. */
export type RouteFunction = (
  name: string,
  args: readonly unknown[],
  kwargs: { readonly [name: string]: unknown },
  options: ApplyOptions,
) => RouteTarget | null | undefined;

/** Targets by task name or glob (`tasks.*`); exact names win. */
export type RouteMap = { readonly [pattern: string]: RouteTarget };

/** A name, glob or regular expression with its target. */
export type RoutePair = readonly [pattern: string | RegExp, target: RouteTarget];

/**
 * `taskRoutes`: one route or a list of them, tried in the order given; the first that answers wins.
 * @see celery/app/routes.py Router
 */
export type TaskRoutes = RouteFunction | RouteMap | readonly (RouteFunction | RouteMap | RoutePair)[];
