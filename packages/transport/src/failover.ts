/** Which URL follows a failed one: the next of the list, or the list shuffled anew for every round. */
export type FailoverStrategy = 'round-robin' | 'shuffle';

/** How often and how patiently a connection is tried. */
export interface ReconnectPolicy {
  /** Tries after the first one; 0 or null: for ever. Default 100. */
  readonly maxRetries: number | null;
  /** Wait after the first round of failures, in milliseconds. Default 1,000. */
  readonly intervalStartMs: number;
  /** Added with every round, in milliseconds. Default 1,000. */
  readonly intervalStepMs: number;
  /** Longest wait, in milliseconds. Default 32,000. */
  readonly intervalMaxMs: number;
  /** Whether tries go on before there was any connection; else each broker of the list gets one. Default true. */
  readonly atStart?: boolean;
  /** Whether a connection that was lost is made again unasked; else the loss is the end. Default true. */
  readonly afterLoss?: boolean;
}

/** Celery's `broker_connection_max_retries`, and waits of 1, 2, 3 … 32 seconds. */
export const DEFAULT_RECONNECT_POLICY: ReconnectPolicy = Object.freeze({
  maxRetries: 100,
  intervalStartMs: 1000,
  intervalStepMs: 1000,
  intervalMaxMs: 32_000,
});

/** Where a fail-over list stands. */
export interface FailoverState {
  /** Indexes of the URLs in the order of this round. */
  readonly order: readonly number[];
  /** Index in `order` of the URL to try next. */
  readonly position: number;
  /** Tries that failed since the last success. */
  readonly failures: number;
}

/** A connection that ends sooner than this was none: the next try waits, or a broker that hangs up would be hammered. */
const SHORTEST_LIFE_MS = 1000;

/** @param random - numbers in 0..1 (exclusive); asked only when the strategy shuffles */
export function startFailover(urls: number, strategy: FailoverStrategy, random: () => number): FailoverState {
  return { order: orderOf(urls, strategy, random, undefined), position: 0, failures: 0 };
}

/** Index of the URL to try next. */
export function currentUrl(state: FailoverState): number {
  return state.order[state.position]!;
}

/**
 * After a try failed: the next URL at once, and a wait only when the whole list has failed.
 * @returns the new state and the wait in milliseconds, or undefined to give up
 * @see kombu/connection.py Connection._ensure_connection, completes_cycle
 */
export function afterFailure(
  state: FailoverState,
  policy: ReconnectPolicy,
  strategy: FailoverStrategy,
  random: () => number,
): { readonly state: FailoverState; readonly delayMs: number } | undefined {
  const failures = state.failures + 1;
  if (policy.maxRetries !== null && policy.maxRetries > 0 && failures > policy.maxRetries) return undefined;
  const urls = state.order.length;
  const rounds = Math.floor(failures / urls);
  const delayMs = failures % urls === 0 ? roundDelayMs(policy, rounds) : 0;
  return { state: { ...nextUrl(state, strategy, random), failures }, delayMs };
}

/** After a connection was made: counting begins anew. */
export function afterSuccess(state: FailoverState): FailoverState {
  return { ...state, failures: 0 };
}

/**
 * After a connection was lost: the next URL, at once unless the connection hardly lived.
 * @param livedMs - how long the connection worked
 */
export function afterLoss(
  state: FailoverState,
  livedMs: number,
  policy: ReconnectPolicy,
  strategy: FailoverStrategy,
  random: () => number,
): { readonly state: FailoverState; readonly delayMs: number } {
  const delayMs = livedMs < SHORTEST_LIFE_MS ? roundDelayMs(policy, 1) : 0;
  return { state: { ...nextUrl(state, strategy, random), failures: 0 }, delayMs };
}

function roundDelayMs(policy: ReconnectPolicy, rounds: number): number {
  return Math.min(policy.intervalMaxMs, policy.intervalStartMs + (rounds - 1) * policy.intervalStepMs);
}

function nextUrl(state: FailoverState, strategy: FailoverStrategy, random: () => number): FailoverState {
  const position = state.position + 1;
  if (position < state.order.length) return { ...state, position };
  return { ...state, order: orderOf(state.order.length, strategy, random, currentUrl(state)), position: 0 };
}

/** @param last - the URL tried last; with others to choose from, it is not tried again right away */
function orderOf(
  urls: number,
  strategy: FailoverStrategy,
  random: () => number,
  last: number | undefined,
): readonly number[] {
  const order = Array.from({ length: urls }, (_, index) => index);
  if (strategy === 'round-robin') return order;
  for (let index = urls - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [order[index], order[other]] = [order[other]!, order[index]!];
  }
  if (order[0] === last) order.push(order.shift()!);
  return order;
}
