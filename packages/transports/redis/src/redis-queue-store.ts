import { randomBytes } from 'node:crypto';
import { type Clock, isCeleriacError, type Logger } from '@celeriac/protocol';
import { listOf, numberOf, pairsOf, type RedisCommand, textOf } from '@celeriac/redis';
import {
  type Binding,
  IdleWait,
  type QueueDeclaration,
  type QueuedMessage,
  type QueueStore,
  type Receipt,
  type Settlement,
  type TakenMessage,
} from '@celeriac/transport';
import { FanoutListener } from './fanout-listener.ts';
import { giveBack } from './give-back.ts';
import { BLOCK_SIZE, HeldBlocks, numberIn, numbersIn } from './held-blocks.ts';
import { LiveQueues } from './live-queues.ts';
import { FORGET, REGISTER, RENEW, TAKE } from './message-scripts.ts';
import { QueueLists } from './queue-lists.ts';
import { CHANNEL_QUEUE, type RedisBindingStore } from './redis-binding-store.ts';
import type { RedisKeys } from './redis-keys.ts';
import type { RedisLink } from './redis-link.ts';
import type { RedisTransportSettings } from './redis-transport-options.ts';
import { broadcastOf, entryTail, envelopeOf, takenOf } from './stored-envelope.ts';
import { Sweeper } from './sweeper.ts';

/** Messages in one command. */
const PUT_AT_ONCE = 5000;
/** Pause between two looks where the server does not tell of changes. */
const POLL_MS = 50;
/** How long closing waits for the server. */
const CLOSE_MS = 3000;
/** Pause between two tries to say goodbye over another connection. */
const GOODBYE_PAUSE_MS = 500;

export interface RedisQueueStoreOptions {
  readonly makeLink: (events: {
    readonly onChange: (keys?: readonly string[]) => void;
    readonly onMessage: (channel: string, message: Buffer, pattern: string) => void;
  }) => RedisLink;
  readonly keys: RedisKeys;
  readonly settings: RedisTransportSettings;
  readonly bindings: RedisBindingStore;
  /** Longest silence before the connection is asked whether it still works. Milliseconds. */
  readonly healthCheckMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Queues in the lists of a Redis server, as kombu keeps them, with leases. */
export class RedisQueueStore implements QueueStore {
  /** This connection among those that take messages. */
  readonly owner: string = randomBytes(9).toString('base64url');
  readonly link: RedisLink;
  readonly #options: RedisQueueStoreOptions;
  readonly #idle: IdleWait;
  readonly #fanout: FanoutListener;
  readonly #sweeper: Sweeper;
  readonly #lists: QueueLists;
  readonly #blocks: HeldBlocks = new HeldBlocks();
  readonly #live: LiveQueues = new LiveQueues();
  #sweptAtMs = Number.NEGATIVE_INFINITY;
  #checkedAtMs = 0;
  /** Lists of queues that the last take from them has emptied. */
  readonly #emptied: WeakSet<readonly string[]> = new WeakSet();
  /** Whether the server may know this connection as an owner. */
  #hasLease = false;
  #closing: Promise<void> | undefined;

  constructor(options: RedisQueueStoreOptions) {
    this.#options = options;
    const { clock, keys, bindings, settings, logger } = options;
    this.#lists = new QueueLists(keys, settings);
    this.#idle = new IdleWait(clock);
    this.link = options.makeLink({
      onChange: (lists) => this.#idle.wake(lists),
      onMessage: (channel, message, pattern) => {
        const filled = this.#fanout.receive(channel, message, pattern);
        if (filled.length > 0) this.#idle.wake(filled.map((queue) => keys.list(queue, 0)));
      },
    });
    const link = (): RedisLink => this.link;
    this.#fanout = new FanoutListener({ link, keys, bindings, live: this.#live, logger });
    this.#sweeper = new Sweeper({
      link,
      keys,
      settings,
      logger,
      owner: this.owner,
      queuesFor: (exchange, routingKey) => this.#queuesFor(exchange, routingKey),
      removeQueue: async (queue) => {
        await this.remove(queue);
        await bindings.forget(queue);
      },
    });
  }

  async put(messages: readonly QueuedMessage[]): Promise<void> {
    const { keys } = this.#options;
    const lists = new Map<string, string[]>();
    const commands: RedisCommand[] = [];
    for (const message of messages) {
      if (message.queue === CHANNEL_QUEUE) {
        commands.push(['PUBLISH', keys.channel(message.exchange, message.routingKey), broadcastOf(message)]);
        continue;
      }
      const list = keys.list(message.queue, message.message.properties.priority ?? 0);
      const texts = lists.get(list);
      if (texts === undefined) lists.set(list, [envelopeOf(message)]);
      else texts.push(envelopeOf(message));
    }
    for (const [list, texts] of lists) {
      for (let at = 0; at < texts.length; at += PUT_AT_ONCE) {
        commands.push(['LPUSH', list, ...texts.slice(at, at + PUT_AT_ONCE)]);
      }
    }
    const [first] = commands;
    if (commands.length === 1 && first !== undefined) await this.link.call(first);
    else await this.link.transaction(commands);
  }

  async take(
    queues: readonly string[],
    max: number,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<readonly TakenMessage[]> {
    if (signal.aborted || max <= 0 || queues.length === 0) return [];
    const { clock } = this.#options;
    const deadlineMs = clock.monotonic() + waitMs;
    const listening = this.#fanout.reading(queues);
    if (listening !== undefined) await listening;
    let hurried = false;
    for (;;) {
      this.link.requireLive();
      const { version } = this.#idle;
      if (!this.#live.isEmpty) {
        const told = this.#live.take(queues, max);
        if (told.length > 0) return told;
      }
      // Without a wait where there is nothing to wait for: the script is on its way before this turn goes on.
      if (this.#isTimeToLook()) await this.#lookAfter();
      const taking = this.#collect(queues, max);
      // Right behind the take, where it will likely bring nothing: that spares the worker a round trip before it can sleep.
      const watching = this.#emptied.has(queues) ? this.#watch(queues).catch(() => undefined) : undefined;
      const taken = await taking;
      if (taken.length > 0 && taken.length < max) this.#emptied.add(queues);
      else this.#emptied.delete(queues);
      if (taken.length > 0 || signal.aborted || clock.monotonic() >= deadlineMs) return taken;
      // What came since is seen by the watch, what comes later wakes the wait.
      const there = (await watching) ?? (await this.#watch(queues));
      hurried = there && !hurried;
      if (hurried) continue;
      const leftMs = Math.min(deadlineMs - clock.monotonic(), this.#patienceMs(there));
      await this.#idle.until(version, leftMs, signal, this.#lists.listsOf(queues));
      if (signal.aborted) return [];
    }
  }

  /** Has changes of the queues wake the wait. @returns whether there is something already */
  #watch(queues: readonly string[]): Promise<boolean> {
    return this.link.watch(this.#lists.listsOf(queues));
  }

  async settle(settlements: readonly Settlement[]): Promise<readonly Receipt[]> {
    const gone: Receipt[] = [];
    const back: Receipt[] = [];
    const lostHere: Receipt[] = [];
    for (const { receipt, how } of settlements) {
      if (!this.#live.gave(receipt)) {
        (how === 'requeue' ? back : gone).push(receipt);
        continue;
      }
      const queue = this.#live.settle(receipt, how === 'requeue');
      if (queue === undefined) lostHere.push(receipt);
      else if (how === 'requeue') this.#idle.wake([this.#options.keys.list(queue, 0)]);
    }
    if (gone.length + back.length === 0) return lostHere;
    return [...lostHere, ...(await this.#settle(gone, back))];
  }

  async #settle(gone: readonly Receipt[], back: readonly Receipt[]): Promise<readonly Receipt[]> {
    const lost = gone.length > 0 ? await this.#forget(gone) : [];
    return back.length > 0 ? [...lost, ...(await this.#giveBack(back))] : lost;
  }

  async renew(receipts: readonly Receipt[]): Promise<readonly Receipt[]> {
    const { keys, settings } = this.#options;
    const { owner } = this;
    const names = [keys.owners, keys.held(owner), keys.unackedIndex];
    await this.link.runPatiently(RENEW, names, [owner, settings.leaseMs, `${owner}:`, BLOCK_SIZE]);
    const stored = receipts.filter((receipt) => !this.#live.gave(receipt));
    if (stored.length === 0) return [];
    const scores = listOf(await this.link.call(['ZMSCORE', keys.unackedIndex, ...stored]));
    return stored.filter((_receipt, at) => scores[at] === null);
  }

  async size(queue: string): Promise<number> {
    const lengths = await this.link.pipeline(this.#options.keys.lists(queue).map((list) => ['LLEN', list]));
    return lengths.reduce<number>((sum, length) => sum + Number(length), this.#live.size(queue));
  }

  async purge(queue: string): Promise<number> {
    const lists = this.#options.keys.lists(queue);
    const replies = await this.link.transaction([
      ...lists.map((list): RedisCommand => ['LLEN', list]),
      ['UNLINK', ...lists],
    ]);
    const live = this.#live.purge(queue);
    return replies.slice(0, lists.length).reduce<number>((sum, length) => sum + Number(length), live);
  }

  async remove(queue: string): Promise<void> {
    this.#fanout.leaving(queue);
    this.#live.remove(queue);
    await this.purge(queue);
  }

  /** Temporary queues that fanout exchanges fill live in this process. */
  noteQueues(queues: readonly QueueDeclaration[], bindings: readonly Binding[]): void {
    for (const { name, durable, autoDelete, exclusive } of queues) {
      const isTemporary = durable === false && (autoDelete === true || exclusive === true);
      if (!isTemporary || this.#live.has(name)) continue;
      const filled = bindings.filter(({ queue }) => queue === name);
      if (filled.length > 0 && filled.every(({ exchange }) => this.#options.bindings.isFanout(exchange))) {
        this.#live.add(name);
        this.#options.bindings.noteLive(name);
      }
    }
  }

  /** Takes note of queues that end with this connection. */
  async declareTransient(queues: readonly string[]): Promise<void> {
    const { keys, settings } = this.#options;
    const { owner } = this;
    await this.link.run(REGISTER, [keys.owners, keys.held(owner)], [owner, settings.leaseMs]);
    await this.link.call(['SADD', keys.transient(owner), ...queues]);
    // From now on, not only from the first take on: nothing that is told in between may be missed.
    await this.#fanout.reading(queues.filter((queue) => this.#live.has(queue)));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const impatience = Promise.withResolvers<void>();
    const timer = this.#options.clock.setTimer(CLOSE_MS, impatience.resolve);
    const leaving = this.link.isLost ? this.#leaveOverAnother() : this.#leave(this.link);
    // A server that answers nothing any more must not keep the process from ending.
    await Promise.race([leaving, impatience.promise]);
    timer.cancel();
    this.link.close();
  }

  /**
   * The connection was lost, not the process: says goodbye over another one as soon as there is one, so that what was held
   * comes back before its lease has run out. Goes on beside a process that has other work.
   */
  async #leaveOverAnother(): Promise<void> {
    const { clock, settings, makeLink, logger } = this.#options;
    if (!this.#hasLease) return;
    const endMs = clock.monotonic() + settings.leaseMs;
    while (clock.monotonic() < endMs) {
      const link = makeLink({ onChange: () => {}, onMessage: () => {} });
      try {
        await link.connect();
        return await this.#leave(link);
      } catch (error) {
        logger.debug('No goodbye yet to a broker that was lost', { url: link.url, error });
      } finally {
        link.close();
      }
      await new Promise<void>((resolve) => clock.setTimer(GOODBYE_PAUSE_MS, resolve, { ref: false }));
    }
  }

  /** Puts back what is held, and ends the lease. */
  async #leave(link: RedisLink): Promise<void> {
    const { keys, logger } = this.#options;
    const held = keys.held(this.owner);
    try {
      const noted = listOf(await link.call(['HKEYS', held])).map(textOf);
      const fields = numbersIn(noted).map((number) => `${this.owner}:${number}`);
      if (fields.length > 0) await giveBack(link, fields, { keys });
      await link.transaction([
        ['DEL', held, keys.transient(this.owner)],
        ['ZREM', keys.owners, this.owner],
      ]);
    } catch (error) {
      logger.debug('Held messages come back only when their lease runs out', { url: link.url, error });
    }
  }

  async #collect(queues: readonly string[], max: number): Promise<readonly TakenMessage[]> {
    const { keys, settings } = this.#options;
    const order = this.#lists.inOrder(queues);
    this.#hasLease = true;
    const { owner } = this;
    const first = this.#blocks.reserve(max);
    const turns = this.#lists.takeTurns ? '1' : '0';
    const lists = [keys.owners, keys.held(owner), keys.unacked, keys.unackedIndex, ...this.#lists.listsOf(order)];
    // Put together once: a message that is held for long keeps its receipt.
    const prefix = `${owner}:`;
    const how = [max, prefix, first, BLOCK_SIZE, order.length, turns];
    const args = [owner, settings.leaseMs, ...how, ...order.map(entryTail)];
    const [runs = null, texts = null] = listOf(await this.link.runPatiently(TAKE, lists, args));
    const taken: TakenMessage[] = [];
    for (const [place, count] of pairsOf(runs)) {
      const queue = order[(numberOf(place) - 1) % order.length]!;
      for (let left = numberOf(count); left > 0; left--) {
        const text = listOf(texts)[taken.length] as Buffer;
        taken.push(takenOf(text, queue, prefix + (first + taken.length)));
      }
    }
    this.#blocks.taken(first, taken.length);
    return taken;
  }

  async #forget(receipts: readonly Receipt[]): Promise<readonly Receipt[]> {
    const { keys } = this.#options;
    const names = [keys.held(this.owner), keys.unacked, keys.unackedIndex];
    const empty = this.#blocks.settled(receipts.map(numberIn));
    const lost = await this.link.runPatiently(FORGET, names, [empty.length, ...empty, ...receipts]);
    return listOf(lost).map((number) => receipts[numberOf(number) - 1]!);
  }

  async #giveBack(receipts: readonly Receipt[]): Promise<readonly Receipt[]> {
    const { keys } = this.#options;
    const empty = this.#blocks.settled(receipts.map(numberIn));
    const lost = await giveBack(this.link, receipts, { keys });
    if (empty.length > 0) await this.link.call(['HDEL', keys.held(this.owner), ...empty]);
    return lost;
  }

  /** How long an idle take may sleep. */
  #patienceMs(there: boolean): number {
    const { settings, healthCheckMs } = this.#options;
    if (there || !this.link.tracking) return POLL_MS;
    return Math.min(settings.sweepMs, healthCheckMs);
  }

  #isTimeToLook(): boolean {
    const { clock, settings, healthCheckMs } = this.#options;
    const nowMs = clock.monotonic();
    return nowMs - this.#checkedAtMs >= healthCheckMs || nowMs - this.#sweptAtMs >= settings.sweepMs;
  }

  /** Looks for dead workers and for a connection that died in silence, when it is time. */
  async #lookAfter(): Promise<void> {
    const { clock, settings, healthCheckMs, bindings, logger } = this.#options;
    const nowMs = clock.monotonic();
    if (nowMs - this.#checkedAtMs >= healthCheckMs) {
      this.#checkedAtMs = nowMs;
      await this.link.checkNews();
    }
    if (nowMs - this.#sweptAtMs < settings.sweepMs) return;
    this.#sweptAtMs = nowMs;
    try {
      await this.#sweeper.sweep();
      await bindings.declareAgain();
    } catch (error) {
      // A server that refuses for now is met again by the take itself, which is patient.
      this.link.requireLive();
      if (!isCeleriacError(error)) throw error;
      logger.warning('Messages of dead workers could not be brought back, trying again', { url: this.link.url, error });
    }
  }

  async #queuesFor(exchange: string, routingKey: string): Promise<readonly string[]> {
    return exchange === '' ? [routingKey] : this.#options.bindings.queuesFor(exchange, routingKey);
  }
}
