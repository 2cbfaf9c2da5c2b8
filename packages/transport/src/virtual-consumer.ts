import type { Logger } from '@celeriac/protocol';
import type { HeldDeliveries } from './held-deliveries.ts';
import type { MessageShelf } from './message-shelf.ts';
import { PrefetchWindow } from './prefetch-window.ts';
import { checkName } from './queue-name.ts';
import type { QueueStore, TakenMessage } from './queue-store.ts';
import type { Settler } from './settler.ts';
import type { ConsumeOptions, Consumer } from './transport.ts';
import { type DeliveryOwner, VirtualDelivery } from './virtual-delivery.ts';

/** From here on a take has half of the window. */
const LARGE_WINDOW = 32;

/** Whoever hears from its store so often is known to live. */
const LONGEST_SILENCE_MS = 60_000;

/** Made once: what `abort` would make each time, with its stack, costs more than all the rest of an interruption. */
const INTERRUPTED = new DOMException('The consumer looks at its queues and its window again.', 'AbortError');

/** What the consumers of one transport share. */
export interface ConsumerHost {
  readonly store: QueueStore;
  readonly held: HeldDeliveries;
  readonly settler: Settler;
  readonly shelf: MessageShelf | undefined;
  readonly logger: Logger;
  /** Longest wait of one `take`. */
  readonly waitMs: number;
  /** Most messages of one `take`. */
  readonly largestTake: number;
  /** Deliveries are held from now on. */
  holding(): void;
  /** The consumer reads these queues from now on. */
  reading(queues: readonly string[]): void;
  /** The consumer reads these queues no more. */
  leaving(queues: readonly string[]): Promise<void>;
  /** The consumer has ended, by `stop()` or on its own. */
  ended(consumer: VirtualConsumer): void;
}

/** One loop: take as much as the window has room for, hand it over, again. */
export class VirtualConsumer implements Consumer, DeliveryOwner {
  readonly #host: ConsumerHost;
  readonly #options: ConsumeOptions;
  readonly #window: PrefetchWindow;
  #queues: readonly string[];
  #ending = false;
  #failed = false;
  #interruption: AbortController = new AbortController();
  /** A take that was begun before what the last one brought was handed over. */
  #ahead: Promise<readonly TakenMessage[]> | undefined;
  /** Set while the loop waits for room or queues. */
  #pause: PromiseWithResolvers<void> | undefined;
  /** Calls of `setQueues` that the loop has not seen yet. */
  #unseen: PromiseWithResolvers<void>[] = [];
  #loop: Promise<void> | undefined;
  /** Most messages that the last take was to bring: there is one at a time. */
  #asked = 0;
  #heardAtMs: number = performance.now();
  #stopped: Promise<void> | undefined;

  /**
   * @throws {ChannelError} for a queue name that cannot be
   * @throws {RangeError} for a prefetch below 0
   */
  constructor(host: ConsumerHost, options: ConsumeOptions) {
    this.#host = host;
    this.#options = options;
    this.#window = new PrefetchWindow(options.prefetch);
    this.#queues = checkedQueues(options.queues);
  }

  /** Undefined where a take waits for as long as nothing comes: that it is silent says nothing then. */
  get activeAtMs(): number | undefined {
    if (this.#host.waitMs > LONGEST_SILENCE_MS) return undefined;
    return this.#pause === undefined ? this.#heardAtMs : performance.now();
  }

  get shelf(): MessageShelf | undefined {
    return this.#host.shelf;
  }

  start(): void {
    this.#host.reading(this.#queues);
    this.#loop = this.#run();
  }

  setPrefetch(count: number): void {
    this.#window.resize(count);
    this.#interrupt();
  }

  async setQueues(queues: readonly string[]): Promise<void> {
    const next = checkedQueues(queues);
    if (this.#ending) return;
    const left = this.#queues.filter((queue) => !next.includes(queue));
    const joined = next.filter((queue) => !this.#queues.includes(queue));
    this.#queues = next;
    this.#host.reading(joined);
    const seen = Promise.withResolvers<void>();
    this.#unseen.push(seen);
    this.#interrupt();
    await seen.promise;
    await this.#host.leaving(left);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** Ends the consumer because of `error`, unless it has ended. */
  fail(error: Error): void {
    if (this.#ending) return;
    this.#failed = true;
    this.#ending = true;
    this.#interrupt();
    this.#host.ended(this);
    this.#options.onLost(error);
  }

  settle(delivery: VirtualDelivery): void {
    this.#host.settler.add(delivery);
    // What goes back to its queue may be taken again at once: its place is free when it is there.
    if (delivery.how === 'requeue' || !this.#window.claim()) return;
    delivery.placeIsFree = true;
    this.#pause?.resolve();
  }

  unclaimed(delivery: VirtualDelivery): void {
    if (delivery.placeIsFree) this.#window.unclaim();
    delivery.placeIsFree = false;
  }

  release(delivery: VirtualDelivery): void {
    this.#host.held.delete(delivery);
    if (delivery.placeIsFree) this.#window.confirm();
    else this.#window.settle(1);
    this.#pause?.resolve();
  }

  async #stop(): Promise<void> {
    this.#ending = true;
    this.#interrupt();
    await this.#loop;
    this.#host.ended(this);
    if (!this.#failed) await this.#host.leaving(this.#queues);
  }

  /** Makes the loop look at queues, window and `#ending` now. */
  #interrupt(): void {
    this.#interruption.abort(INTERRUPTED);
    this.#pause?.resolve();
  }

  async #run(): Promise<void> {
    try {
      while (!this.#ending || this.#ahead !== undefined) {
        // A take that is under way reads the queues of before.
        if (this.#ahead === undefined) this.#acknowledge();
        const mayTake = this.#ahead !== undefined || (this.#window.free > 0 && this.#queues.length > 0);
        if (mayTake) await this.#takeOnce();
        else await this.#untilResumed();
      }
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.#acknowledge();
    }
  }

  #acknowledge(): void {
    for (const seen of this.#unseen.splice(0)) seen.resolve();
  }

  async #untilResumed(): Promise<void> {
    this.#pause = Promise.withResolvers<void>();
    await this.#pause.promise;
    this.#pause = undefined;
    this.#heardAtMs = performance.now();
  }

  async #takeOnce(): Promise<void> {
    const taking = this.#ahead ?? this.#take();
    this.#ahead = undefined;
    const taken = await taking;
    this.#heardAtMs = performance.now();
    if (taken.length > 0) await (this.#ending ? this.#giveBack(taken) : this.#accept(taken));
    // A store in memory answers without leaving the turn: without this, a busy consumer would starve timers and sockets.
    await new Promise(setImmediate);
  }

  /** At most half of a large window, so that the other half can be on its way while one is worked on. */
  #take(): Promise<readonly TakenMessage[]> {
    if (this.#interruption.signal.aborted) this.#interruption = new AbortController();
    const { store, settler, waitMs, largestTake } = this.#host;
    const { free, limit } = this.#window;
    // The places that are free may be those of messages whose settlements are still to leave: they go first.
    settler.flush();
    const most = limit < LARGE_WINDOW ? free : Math.min(free, Math.ceil(limit / 2));
    this.#asked = Math.min(most, largestTake);
    return store.take(this.#queues, this.#asked, waitMs, this.#interruption.signal);
  }

  /** The store looks for more while what came is worked on. */
  #takeAhead(): void {
    if (this.#window.free === 0 || this.#ending || this.#interruption.signal.aborted) return;
    this.#ahead = this.#take();
    // It is awaited in the next round of the loop, which comes later than a rejection may.
    this.#ahead.catch(() => {});
  }

  async #accept(taken: readonly TakenMessage[]): Promise<void> {
    if (this.#options.noAck === true) {
      const deliveries = await this.#settleFirst(taken);
      if (deliveries.length > 0) this.#options.onDeliveries(deliveries);
      return;
    }
    const deliveries = this.#hold(taken);
    // Where there is more, it comes while this is worked on; where there was no more, nothing is in the way of the work.
    if (taken.length >= this.#asked) this.#takeAhead();
    this.#options.onDeliveries(deliveries);
  }

  #hold(taken: readonly TakenMessage[]): readonly VirtualDelivery[] {
    const deliveries: VirtualDelivery[] = [];
    for (const message of taken) {
      const delivery = new VirtualDelivery(message, this);
      this.#host.held.add(delivery);
      deliveries.push(delivery);
    }
    this.#window.take(deliveries.length);
    this.#host.holding();
    return deliveries;
  }

  /** Without acknowledgements a message is settled before anybody sees it, so it can never be seen twice. */
  async #settleFirst(taken: readonly TakenMessage[]): Promise<readonly VirtualDelivery[]> {
    const lost = new Set(await this.#host.store.settle(taken.map(({ receipt }) => ({ receipt, how: 'ack' }))));
    const settled = taken.filter((message) => !lost.has(message.receipt));
    return settled.map((message) => {
      const delivery = new VirtualDelivery(message, this);
      delivery.markSettled();
      return delivery;
    });
  }

  /** What a take brought along although the consumer was already ending. */
  async #giveBack(taken: readonly TakenMessage[]): Promise<void> {
    try {
      await this.#host.store.settle(taken.map(({ receipt }) => ({ receipt, how: 'requeue' })));
    } catch (error) {
      const fields = { messages: taken.length, error };
      this.#host.logger.warning('Messages of an ending consumer come back only when their lease runs out', fields);
    }
  }
}

function checkedQueues(queues: readonly string[]): readonly string[] {
  for (const queue of queues) checkName('queue', queue);
  return [...new Set(queues)];
}
