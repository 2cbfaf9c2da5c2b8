/** A pending call of a {@link Clock}. */
export interface Timer {
  /** The call will not happen. May be called at any time, repeatedly. */
  cancel(): void;
}

/** Settings of one timer. */
export interface TimerOptions {
  /** Whether the timer keeps the process alive; true by default. */
  readonly ref?: boolean;
}

/** Time as a dependency, so that tests can move it. */
export interface Clock {
  /** Unix time in milliseconds. */
  now(): number;
  /** Milliseconds on a clock that never jumps; only differences mean something. */
  monotonic(): number;
  /** Calls `run` once after `delayMs`. Delays may be of any length; negative ones count as 0. */
  setTimer(delayMs: number, run: () => void, options?: TimerOptions): Timer;
}

/** Node fires a longer timeout at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The machine's time. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer: startTimer,
});

function startTimer(delayMs: number, run: () => void, options?: TimerOptions): Timer {
  const unref = options?.ref === false;
  let handle: NodeJS.Timeout;
  const arm = (remainingMs: number): void => {
    const stepMs = Math.min(remainingMs, LONGEST_TIMEOUT_MS);
    handle = setTimeout(() => (remainingMs > stepMs ? arm(remainingMs - stepMs) : run()), stepMs);
    if (unref) handle.unref();
  };
  arm(Number.isNaN(delayMs) ? 0 : Math.max(0, delayMs));
  return { cancel: () => clearTimeout(handle) };
}
