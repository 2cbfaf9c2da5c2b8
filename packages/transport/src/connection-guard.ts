import { type Clock, isCeleriacError, type Logger } from '@celeriac/protocol';
import { answerWithin, pause } from './clock-waits.ts';
import { type BrokerEndpoint, ConnectCycle } from './connect-cycle.ts';
import { DEFAULT_RECONNECT_POLICY, type FailoverStrategy, type ReconnectPolicy } from './failover.ts';
import type { Service } from './service.ts';
import type { Transport } from './transport.ts';
import { ConnectionLostError } from './transport-errors.ts';

/** Celery's `broker_connection_timeout`. */
const DEFAULT_CONNECT_TIMEOUT_MS = 4000;

export interface ConnectionGuardOptions {
  /** The fail-over list, at least one. */
  readonly endpoints: readonly BrokerEndpoint[];
  /** Default `round-robin`. */
  readonly strategy?: FailoverStrategy;
  /** Default {@link DEFAULT_RECONNECT_POLICY}. */
  readonly policy?: Partial<ReconnectPolicy>;
  /** One try takes at most this long. Default 4,000. */
  readonly connectTimeoutMs?: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Numbers in 0..1 (exclusive), for the strategy `shuffle`. Default `Math.random`. */
  readonly random?: () => number;
}

export interface RunOptions {
  /**
   * Asked after the connection was lost, and after every failed try to make one.
   * @param retries - retries already made (0 = the first failure)
   * @returns milliseconds to wait before the next try, or undefined to give up with `error`
   */
  readonly retry?: (error: ConnectionLostError, retries: number) => number | undefined;
  /**
   * An operation without an answer by then counts as a lost connection; what it did at the broker is unknown. Default:
   * no limit.
   */
  readonly timeoutMs?: number;
  /** Without a connection by then, on the clock of the guard, it counts as lost. Default: tries have limits of their own. */
  readonly connectByMs?: number;
  readonly signal?: AbortSignal;
}

interface Waiter extends PromiseWithResolvers<Transport> {
  /** Wants to know about every failed try. */
  readonly impatient: boolean;
}

/**
 * Keeps one connection to one of several brokers. It connects when somebody asks, once for all who ask, and goes on to
 * the next broker when a connection fails or is lost. Between `start` and `stop` it also reconnects unasked.
 */
export class ConnectionGuard implements Service {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #cycle: ConnectCycle;
  readonly #urls: string;
  readonly #reconnects: boolean;
  /** The loss that was the end, where the policy does not connect again. */
  #end: Error | undefined;
  readonly #waiters: Set<Waiter> = new Set();
  readonly #lostListeners: Set<(error: Error) => void> = new Set();
  readonly #restoredListeners: Set<(transport: Transport) => void> = new Set();
  #transport: Transport | undefined;
  #connectedAt = 0;
  #wasLost = false;
  #connecting: AbortController | undefined;
  #started = false;
  #stopped = false;

  /** @throws {RangeError} for an empty list of endpoints */
  constructor(options: ConnectionGuardOptions) {
    const { endpoints, strategy = 'round-robin', connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS, random } = options;
    if (endpoints.length === 0) throw new RangeError('A connection guard needs at least one endpoint.');
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#urls = endpoints.map((endpoint) => endpoint.url).join(';');
    const policy = { ...DEFAULT_RECONNECT_POLICY, ...options.policy };
    this.#reconnects = policy.afterLoss !== false;
    const { clock, logger } = options;
    this.#cycle = new ConnectCycle({
      endpoints,
      strategy,
      policy,
      connectTimeoutMs,
      clock,
      logger,
      random: random ?? Math.random,
    });
  }

  /** The connection, if there is one now. */
  get current(): Transport | undefined {
    return this.#transport;
  }

  /**
   * The connection; makes one if there is none. Who consumes on it also listens to {@link onLost}: when somebody else finds
   * that it is lost, it is closed here, and its consumers end with it without a word of their own.
   * @throws {ConnectionLostError} when the policy gives up, or after `stop`
   * @throws the signal's reason when it is aborted first
   */
  acquire(signal?: AbortSignal): Promise<Transport> {
    return this.#wait(false, signal);
  }

  /**
   * Runs an operation on the connection. When it fails by a lost connection, that connection is given up, and `retry`
   * decides whether the operation runs again on another; without `retry` the error is thrown.
   */
  async run<T>(operation: (transport: Transport) => Promise<T>, options: RunOptions = {}): Promise<T> {
    const { retry, signal, timeoutMs } = options;
    for (let retries = 0; ; retries++) {
      let transport: Transport | undefined;
      try {
        signal?.throwIfAborted();
        transport = this.#transport ?? (await this.#waitHurried(options));
        const answer = operation(transport);
        return await (timeoutMs === undefined ? answer : answerWithin(this.#clock, answer, timeoutMs, transport.url));
      } catch (error) {
        if (!isConnectionLost(error)) throw error;
        if (transport !== undefined) this.lost(transport, error);
        const delayMs = this.#stopped ? undefined : retry?.(error, retries);
        if (delayMs === undefined) throw error;
        await pause(this.#clock, delayMs, signal);
      }
    }
  }

  /** Tells that a connection is of no use any more, as a consumer's `onLost` does. A newer connection is not concerned. */
  lost(transport: Transport, error: Error): void {
    if (transport !== this.#transport) return;
    this.#transport = undefined;
    this.#wasLost = true;
    this.#cycle.lost(this.#clock.monotonic() - this.#connectedAt);
    this.#logger.warning('The connection to the broker was lost', { url: transport.url, error: error.message });
    this.#closeQuietly(transport);
    if (this.#started && this.#reconnects) this.#connect();
    else if (this.#started) this.#end = error;
    for (const listener of [...this.#lostListeners]) listener(error);
  }

  /** @returns stops listening */
  onLost(listener: (error: Error) => void): () => void {
    this.#lostListeners.add(listener);
    return () => void this.#lostListeners.delete(listener);
  }

  /** The listener gets the new connection. @returns stops listening */
  onRestored(listener: (transport: Transport) => void): () => void {
    this.#restoredListeners.add(listener);
    return () => void this.#restoredListeners.delete(listener);
  }

  async start(signal: AbortSignal): Promise<void> {
    this.#stopped = false;
    this.#end = undefined;
    await this.acquire(signal);
    if (this.#stopped) throw this.#stoppedError();
    this.#started = true;
  }

  async stop(deadlineMs: number): Promise<void> {
    this.#stopped = true;
    this.#started = false;
    this.#abandon(this.#stoppedError());
    this.#reject(this.#stoppedError(), () => true);
    const transport = this.#transport;
    this.#transport = undefined;
    if (transport === undefined) return;
    const deadline = Promise.withResolvers<void>();
    const timer = this.#clock.setTimer(deadlineMs, deadline.resolve);
    await Promise.race([this.#closeQuietly(transport), deadline.promise]);
    timer.cancel();
  }

  /** Waits for no more than one try, and no longer than the caller may. */
  async #waitHurried({ connectByMs, signal }: RunOptions): Promise<Transport> {
    if (connectByMs === undefined) return await this.#wait(true, signal);
    const late = new AbortController();
    const timer = this.#clock.setTimer(Math.max(0, connectByMs - this.#clock.monotonic()), () => {
      late.abort(new ConnectionLostError(this.#urls, 'no connection in time'));
    });
    try {
      return await this.#wait(true, signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]));
    } finally {
      timer.cancel();
    }
  }

  async #wait(impatient: boolean, signal: AbortSignal | undefined): Promise<Transport> {
    signal?.throwIfAborted();
    if (this.#stopped) throw this.#stoppedError();
    if (this.#end !== undefined) throw this.#end;
    if (this.#transport !== undefined) return this.#transport;
    const waiter: Waiter = { ...Promise.withResolvers<Transport>(), impatient };
    const onAbort = (): void => waiter.reject(signal?.reason);
    signal?.addEventListener('abort', onAbort);
    this.#waiters.add(waiter);
    this.#connect();
    if (impatient) this.#cycle.hurry();
    try {
      return await waiter.promise;
    } finally {
      this.#waiters.delete(waiter);
      signal?.removeEventListener('abort', onAbort);
      if (this.#waiters.size === 0 && !this.#started) this.#abandon(new Error('Nobody waits any more.'));
    }
  }

  #connect(): void {
    if (this.#connecting !== undefined) return;
    const controller = new AbortController();
    this.#connecting = controller;
    const onTryFailed = (error: ConnectionLostError): void => this.#reject(error, (waiter) => waiter.impatient);
    this.#cycle.run(controller.signal, onTryFailed).then(
      (transport) => this.#connected(controller, transport),
      (error: unknown) => this.#gaveUp(controller, error),
    );
  }

  #connected(controller: AbortController, transport: Transport): void {
    if (this.#connecting !== controller) return void this.#closeQuietly(transport);
    this.#connecting = undefined;
    this.#transport = transport;
    this.#connectedAt = this.#clock.monotonic();
    for (const waiter of this.#waiters) waiter.resolve(transport);
    if (!this.#wasLost) return;
    this.#wasLost = false;
    for (const listener of [...this.#restoredListeners]) listener(transport);
  }

  #gaveUp(controller: AbortController, error: unknown): void {
    if (this.#connecting !== controller) return;
    this.#connecting = undefined;
    this.#reject(error, () => true);
  }

  /** Ends the tries; whoever comes next begins anew. */
  #abandon(reason: Error): void {
    const controller = this.#connecting;
    this.#connecting = undefined;
    controller?.abort(reason);
  }

  #reject(error: unknown, concerned: (waiter: Waiter) => boolean): void {
    for (const waiter of this.#waiters) if (concerned(waiter)) waiter.reject(error);
  }

  #closeQuietly(transport: Transport): Promise<void> {
    return transport.close().catch((error: unknown) => {
      this.#logger.debug('Closing a connection failed', { url: transport.url, error });
    });
  }

  #stoppedError(): ConnectionLostError {
    return new ConnectionLostError(this.#urls, 'the connection was closed by the application');
  }
}

function isConnectionLost(error: unknown): error is ConnectionLostError {
  return isCeleriacError(error, 'CLR_CONNECTION_LOST');
}
