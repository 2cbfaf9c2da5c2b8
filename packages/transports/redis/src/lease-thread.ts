// Runs in the lease thread of a transport, beside tasks that may keep the main thread busy.
import { RedisConnection, type RedisPlan, textOf } from '@celeriac/redis';
import type { LeaseRenewer } from '@celeriac/transport';
import { BLOCK_SIZE } from './held-blocks.ts';
import { RENEW } from './message-scripts.ts';

/** What the thread is started with. */
export interface LeaseThreadOptions {
  readonly plan: RedisPlan;
  readonly owner: string;
  readonly leaseMs: number;
  /** Names of the keys of the script: owners, held, unacked index. */
  readonly keys: readonly string[];
}

/** Opens a connection of its own and prolongs the owner's lease by it. */
export function renewer(options: LeaseThreadOptions): LeaseRenewer {
  return new OwnerRenewer(options);
}

class OwnerRenewer implements LeaseRenewer {
  readonly #options: LeaseThreadOptions;
  #connection: RedisConnection | undefined;
  /** When the lease that was last seen began; undefined while there is none. */
  #began: string | undefined;

  constructor(options: LeaseThreadOptions) {
    this.#options = options;
  }

  async renew(): Promise<boolean> {
    const { owner, leaseMs, keys } = this.#options;
    const connection = await this.#connected();
    try {
      const began = textOf(await connection.run(RENEW, keys, [owner, leaseMs, `${owner}:`, BLOCK_SIZE]));
      const before = this.#began;
      this.#began = began === '' ? undefined : began;
      // Before the first take there is no lease, and nothing to lose.
      return before === undefined || before === this.#began;
    } catch (error) {
      connection.close();
      this.#connection = undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#connection?.close();
  }

  async #connected(): Promise<RedisConnection> {
    const { plan, keys } = this.#options;
    if (this.#connection !== undefined) return this.#connection;
    const connection = new RedisConnection({
      plan,
      anyKey: keys[0]!,
      onLost: () => {
        if (this.#connection === connection) this.#connection = undefined;
      },
    });
    await connection.connect();
    this.#connection = connection;
    return connection;
  }
}
