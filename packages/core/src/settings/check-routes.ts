import { closest, isRecord } from '@celeriac/protocol/basics';
import { ConfigurationError, shownValue } from './configuration-error.ts';

/** What a route may decide. */
const ROUTE_OPTIONS: readonly string[] = [
  'queue',
  'exchange',
  'exchangeType',
  'routingKey',
  'priority',
  'serializer',
  'compression',
  'expires',
  'countdown',
  'eta',
  'headers',
  'deliveryMode',
  'mandatory',
  'timeLimit',
  'softTimeLimit',
  'ignoreResult',
  'retry',
  'retryPolicy',
];

/**
 * Refuses routes that could not mean anything: the queue names in them are checked when they are declared.
 * @throws {ConfigurationError} naming the route
 */
export function checkTaskRoutes(key: string, routes: unknown): void {
  if (typeof routes === 'function') return;
  if (Array.isArray(routes)) {
    routes.forEach((route: unknown, index) => {
      if (isPair(route)) checkTarget(`${key}[${index}]`, route[1]);
      else if (typeof route === 'function' || isRecord(route)) checkTaskRoutes(`${key}[${index}]`, route);
      else
        throw new ConfigurationError(
          `${key}[${index}]`,
          `must be a function, a pair or an object, got ${shownValue(route)}`,
        );
    });
    return;
  }
  for (const [pattern, target] of Object.entries(routes as object))
    checkTarget(`${key}[${shownValue(pattern)}]`, target);
}

function checkTarget(key: string, target: unknown): void {
  if (typeof target === 'string' && target !== '') return;
  if (!isRecord(target))
    throw new ConfigurationError(key, `must be a queue's name or an object of options, got ${shownValue(target)}`);
  const unknown = Object.keys(target).find((name) => !ROUTE_OPTIONS.includes(name));
  if (unknown === undefined) return;
  const near = closest(unknown, ROUTE_OPTIONS);
  throw new ConfigurationError(key, `has no option ${shownValue(unknown)}`, {
    hint: near === undefined ? `It has: ${ROUTE_OPTIONS.join(', ')}.` : `Did you mean ${near}?`,
  });
}

function isPair(route: unknown): route is readonly [string | RegExp, unknown] {
  return Array.isArray(route) && route.length === 2 && (typeof route[0] === 'string' || route[0] instanceof RegExp);
}
