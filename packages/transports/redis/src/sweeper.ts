import { type Logger, uuid } from '@celeriac/protocol';
import { listOf, pairsOf, textOf } from '@celeriac/redis';
import { giveBack } from './give-back.ts';
import { numbersIn } from './held-blocks.ts';
import { ABANDONED, DEAD_OWNERS, FORGET_OWNER, RESTORE, UNLOCK } from './message-scripts.ts';
import type { RedisKeys } from './redis-keys.ts';
import type { RedisLink } from './redis-link.ts';
import type { RedisTransportSettings } from './redis-transport-options.ts';
import { givenBack, unackedEntry } from './stored-envelope.ts';

export interface SweeperOptions {
  readonly link: () => RedisLink;
  readonly keys: RedisKeys;
  readonly owner: string;
  readonly settings: RedisTransportSettings;
  readonly logger: Logger;
  /** Where an exchange leads with a routing key. */
  readonly queuesFor: (exchange: string, routingKey: string) => Promise<readonly string[]>;
  /** A temporary queue whose owners are all dead. */
  readonly removeQueue: (queue: string) => Promise<void>;
}

/** Brings back what dead workers held: Celeriac's by their leases, Python's by the visibility timeout. */
export class Sweeper {
  readonly #options: SweeperOptions;

  constructor(options: SweeperOptions) {
    this.#options = options;
  }

  async sweep(): Promise<void> {
    await this.#sweepOwners();
    await this.#restoreAbandoned();
  }

  async #sweepOwners(): Promise<void> {
    const { link, keys, owner } = this.#options;
    const dead = listOf(await link().run(DEAD_OWNERS, [keys.owners], [])).map(textOf);
    for (const one of dead) if (one !== owner) await this.#bury(one);
  }

  async #bury(dead: string): Promise<void> {
    const { link, keys, logger } = this.#options;
    const queues = listOf(await link().call(['SMEMBERS', keys.transient(dead)])).map(textOf);
    const noted = listOf(await link().call(['HKEYS', keys.held(dead)])).map(textOf);
    const fields = numbersIn(noted).map((number) => `${dead}:${number}`);
    // Another sweeper may be at it too: each message is given back by one of them.
    const lost = await giveBack(link(), fields, { keys, deadOwner: dead });
    await link().run(FORGET_OWNER, [keys.owners, keys.held(dead)], [dead]);
    for (const queue of queues) if (await this.#isOrphan(queue)) await this.#options.removeQueue(queue);
    if (queues.length > 0) await link().call(['DEL', keys.transient(dead)]);
    const messages = fields.length - lost.length;
    if (messages > 0) logger.warning('A dead worker held messages; they are delivered again', { messages });
  }

  async #isOrphan(queue: string): Promise<boolean> {
    const { link, keys } = this.#options;
    const living = listOf(await link().call(['ZRANGE', keys.owners, 0, -1])).map(textOf);
    if (living.length === 0) return true;
    const declared = await link().pipeline(living.map((one) => ['SISMEMBER', keys.transient(one), queue]));
    return declared.every((answer) => Number(answer) === 0);
  }

  /** @see kombu/transport/redis.py QoS.restore_visible */
  async #restoreAbandoned(): Promise<void> {
    const { link, keys, settings } = this.#options;
    const token = uuid();
    const locked = await link().call(['SET', keys.unackedMutex, token, 'PX', settings.unackedMutexExpireMs, 'NX']);
    if (locked === null) return;
    try {
      const args = [settings.visibilityTimeoutMs, settings.unackedRestoreLimit];
      const entries = pairsOf(await link().run(ABANDONED, [keys.unacked, keys.unackedIndex], args));
      for (const [field, entry] of entries) await this.#restore(textOf(field), entry);
    } finally {
      await link().run(UNLOCK, [keys.unackedMutex], [token]);
    }
  }

  async #restore(field: string, stored: unknown): Promise<void> {
    const { link, keys, logger, queuesFor } = this.#options;
    const entry = Buffer.isBuffer(stored) ? unackedEntry(stored) : undefined;
    if (entry === undefined) {
      // As kombu: without its text there is nothing to restore. A text that cannot be read stays for people to see.
      if (stored === null) await link().call(['ZREM', keys.unackedIndex, field]);
      else logger.error('An unacknowledged message cannot be read and is not restored', { field });
      return;
    }
    const queues = await queuesFor(entry.exchange, entry.routingKey);
    if (queues.length === 0) return;
    const lists = queues.map((queue) => keys.list(queue, entry.priority));
    await link().run(RESTORE, [keys.unacked, keys.unackedIndex, ...lists], [field, givenBack(entry.text).text]);
  }
}
