import { RedisConnection, type RedisConnectionOptions } from '@celeriac/redis';
import { asBackendError } from './redis-backend-errors.ts';

/** One connection at a time: the next one is made when somebody asks after the last one was lost. */
export class LazyConnection {
  readonly #options: RedisConnectionOptions;
  #opening: Promise<RedisConnection> | undefined;
  #current: RedisConnection | undefined;

  constructor(options: RedisConnectionOptions) {
    this.#options = options;
  }

  /** Runs work on a connection. @throws {BackendUnavailableError} when there is none, or it is lost meanwhile */
  async run<T>(work: (connection: RedisConnection) => Promise<T>): Promise<T> {
    try {
      return await work(await this.get());
    } catch (error) {
      throw asBackendError(this.#options.plan.url, error);
    }
  }

  /** Whether there is a connection, or one is being made. */
  get isOpen(): boolean {
    return this.#opening !== undefined;
  }

  get(): Promise<RedisConnection> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  close(): void {
    this.#current?.close();
    this.#current = undefined;
    this.#opening = undefined;
  }

  async #open(): Promise<RedisConnection> {
    const connection = new RedisConnection({
      ...this.#options,
      onLost: (error) => {
        if (this.#current !== connection) return;
        this.#current = undefined;
        this.#opening = undefined;
        this.#options.onLost?.(error);
      },
    });
    this.#current = connection;
    try {
      await connection.connect();
      return connection;
    } catch (error) {
      if (this.#current === connection) {
        this.#current = undefined;
        this.#opening = undefined;
      }
      throw error;
    }
  }
}
