import { type Clock, isCeleriacError, type Logger, type Timer } from '@celeriac/protocol';
import { connectWithin } from './connect-within.ts';
import {
  afterFailure,
  afterLoss,
  afterSuccess,
  currentUrl,
  type FailoverState,
  type FailoverStrategy,
  type ReconnectPolicy,
  startFailover,
} from './failover.ts';
import type { Transport } from './transport.ts';
import type { ConnectionLostError } from './transport-errors.ts';

/** However many callers are in a hurry, tries keep this distance. */
const SHORTEST_INTERVAL_MS = 200;

/** One broker of a fail-over list. */
export interface BrokerEndpoint {
  /** Masked. */
  readonly url: string;
  /** Makes a transport; connects to nothing. */
  create(): Transport;
}

export interface ConnectCycleOptions {
  readonly endpoints: readonly BrokerEndpoint[];
  readonly strategy: FailoverStrategy;
  readonly policy: ReconnectPolicy;
  readonly connectTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
}

/** Tries one broker after the other until one answers. */
export class ConnectCycle {
  readonly #options: ConnectCycleOptions;
  #state: FailoverState;
  #firstDelayMs = 0;
  #wasConnected = false;
  #lastTryAt = Number.NEGATIVE_INFINITY;
  #nap: { timer: Timer; readonly over: () => void } | undefined;
  /** The try about to be made was asked for ahead of time. */
  #hurried = false;

  constructor(options: ConnectCycleOptions) {
    this.#options = options;
    this.#state = startFailover(options.endpoints.length, options.strategy, options.random);
  }

  /**
   * @param onTryFailed - told about every try that failed; more will follow
   * @returns a connected transport
   * @throws {ConnectionLostError} of the last try, when the policy gives up
   * @throws the signal's reason when it is aborted
   * @throws whatever else a transport throws: an error that another try would not cure
   */
  async run(signal: AbortSignal, onTryFailed: (error: ConnectionLostError) => void): Promise<Transport> {
    this.#state = { ...this.#state, failures: 0 };
    await this.#sleep(this.#firstDelayMs, signal);
    for (;;) {
      const { url, create } = this.#options.endpoints[currentUrl(this.#state)]!;
      const hurried = this.#hurried;
      this.#hurried = false;
      try {
        const transport = create();
        await connectWithin(transport, this.#options.connectTimeoutMs, this.#options.clock, signal);
        this.#firstDelayMs = 0;
        this.#lastTryAt = this.#options.clock.monotonic();
        this.#wasConnected = true;
        this.#state = afterSuccess(this.#state);
        this.#options.logger.info('Connected to the broker', { url });
        return transport;
      } catch (error) {
        if (!isConnectionLost(error)) throw error;
        const delayMs = this.#failed(url, error, hurried);
        onTryFailed(error);
        await this.#sleep(delayMs, signal);
      }
    }
  }

  /** Somebody cannot wait for the next try: it is made now, or as soon as the shortest interval allows. */
  hurry(): void {
    const nap = this.#nap;
    if (nap === undefined || this.#hurried) return;
    this.#hurried = true;
    nap.timer.cancel();
    const remainingMs = this.#lastTryAt + SHORTEST_INTERVAL_MS - this.#options.clock.monotonic();
    nap.timer = this.#options.clock.setTimer(Math.max(0, remainingMs), nap.over);
  }

  /** A connection was lost: the next run begins with the next broker. */
  lost(livedMs: number): void {
    const { policy, strategy, random } = this.#options;
    const next = afterLoss(this.#state, livedMs, policy, strategy, random);
    this.#state = next.state;
    this.#firstDelayMs = next.delayMs;
  }

  /** @returns the wait before the next try. @throws the error when there will be none */
  #failed(url: string, error: ConnectionLostError, hurried: boolean): number {
    const { policy, strategy, random, clock, logger } = this.#options;
    this.#lastTryAt = clock.monotonic();
    // Tries that callers asked for do not use up the patience of the policy.
    const next = afterFailure(this.#state, hurried ? { ...policy, maxRetries: null } : policy, strategy, random);
    const failures = this.#state.failures + (hurried ? 0 : 1);
    const fields = { url, error: error.message, try: failures, maxRetries: policy.maxRetries };
    const isOnlyRound = policy.atStart === false && !this.#wasConnected && failures >= this.#options.endpoints.length;
    if (next === undefined || isOnlyRound) {
      logger.error('Cannot connect to the broker, giving up', fields);
      throw error;
    }
    logger.error('Cannot connect to the broker, trying again', { ...fields, delayMs: next.delayMs });
    this.#state = { ...next.state, failures };
    return next.delayMs;
  }

  async #sleep(delayMs: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (delayMs <= 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const over = (): void => resolve();
    const nap = { timer: this.#options.clock.setTimer(delayMs, over), over };
    this.#nap = nap;
    signal.addEventListener('abort', over);
    await promise;
    signal.removeEventListener('abort', over);
    nap.timer.cancel();
    if (this.#nap === nap) this.#nap = undefined;
    signal.throwIfAborted();
  }
}

function isConnectionLost(error: unknown): error is ConnectionLostError {
  return isCeleriacError(error, 'CLR_CONNECTION_LOST');
}
