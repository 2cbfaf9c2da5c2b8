import { type Logger, silentLogger, systemClock } from '@celeriac/protocol';
import type { TransportCapabilities } from './capabilities.ts';
import type { QueuedMessage, QueueStore, Receipt, Settlement, TakenMessage } from './queue-store.ts';
import type { OutgoingMessage } from './transport.ts';
import type { VirtualTransportParts } from './virtual-transport.ts';

/** A queue store of plain lists that records what is asked of it and fails when told to. */
export class ListStore implements QueueStore {
  readonly puts: (readonly QueuedMessage[])[] = [];
  readonly takes: { readonly queues: readonly string[]; readonly max: number }[] = [];
  readonly settlements: (readonly Settlement[])[] = [];
  readonly renewals: (readonly Receipt[])[] = [];
  readonly removed: string[] = [];
  readonly waiting: QueuedMessage[] = [];
  readonly held: Map<Receipt, QueuedMessage> = new Map();
  closed = 0;
  beforePut: (messages: readonly QueuedMessage[]) => void | Promise<void> = () => {};
  beforeTake: () => void = () => {};
  beforeSettle: () => void = () => {};
  beforeRenew: () => void = () => {};
  #receipts = 0;
  #wake: (() => void)[] = [];

  async put(messages: readonly QueuedMessage[]): Promise<void> {
    this.puts.push(messages);
    await this.beforePut(messages);
    this.waiting.push(...messages);
    this.wake();
  }

  async take(queues: readonly string[], max: number, _waitMs: number, signal: AbortSignal): Promise<TakenMessage[]> {
    this.takes.push({ queues, max });
    for (;;) {
      this.beforeTake();
      const taken = this.#takeNow(queues, max);
      if (taken.length > 0 || signal.aborted) return taken;
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  /** Makes waiting takes look again. */
  wake(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  async settle(settlements: readonly Settlement[]): Promise<readonly Receipt[]> {
    this.settlements.push(settlements);
    this.beforeSettle();
    return settlements.flatMap(({ receipt, how }) => {
      const message = this.held.get(receipt);
      if (message === undefined) return [receipt];
      this.held.delete(receipt);
      if (how === 'requeue') this.waiting.unshift(message);
      return [];
    });
  }

  async renew(receipts: readonly Receipt[]): Promise<readonly Receipt[]> {
    this.renewals.push(receipts);
    this.beforeRenew();
    return receipts.filter((receipt) => !this.held.has(receipt));
  }

  async size(queue: string): Promise<number> {
    return this.waiting.filter((message) => message.queue === queue).length;
  }

  async purge(queue: string): Promise<number> {
    const kept = this.waiting.filter((message) => message.queue !== queue);
    const dropped = this.waiting.length - kept.length;
    this.waiting.splice(0, this.waiting.length, ...kept);
    return dropped;
  }

  async remove(queue: string): Promise<void> {
    this.removed.push(queue);
    await this.purge(queue);
  }

  async close(): Promise<void> {
    this.closed++;
  }

  #takeNow(queues: readonly string[], max: number): TakenMessage[] {
    const taken: TakenMessage[] = [];
    for (let index = 0; index < this.waiting.length && taken.length < max; ) {
      const message = this.waiting[index]!;
      if (!queues.includes(message.queue)) {
        index++;
        continue;
      }
      this.waiting.splice(index, 1);
      const receipt = `r${++this.#receipts}`;
      this.held.set(receipt, message);
      taken.push({ ...message, receipt, redelivered: false, deliveryCount: 1 });
    }
    return taken;
  }
}

export const listCapabilities: TransportCapabilities = {
  fanout: 'emulated',
  exchangeTypes: ['direct', 'topic', 'fanout', 'headers'],
  priority: false,
  redelivery: 'on-disconnect',
  delayedDelivery: false,
  deliveryCount: true,
  durable: false,
  maxBodyBytes: 100,
};

/** Parts of a virtual transport over a {@link ListStore}. */
export function listParts(store: QueueStore, more: Partial<VirtualTransportParts> = {}): VirtualTransportParts {
  return {
    name: 'list',
    url: 'list://',
    store,
    capabilities: listCapabilities,
    clock: systemClock,
    logger: silentLogger,
    ...more,
  };
}

/** A message with a text body. */
export function outgoing(routingKey: string, text = 'x', more: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return {
    exchange: '',
    routingKey,
    message: { body: Buffer.from(text), contentType: '', contentEncoding: '', headers: {}, properties: {} },
    ...more,
  };
}

/** A logger that keeps its lines. */
export function recordingLogger(): Logger & { readonly lines: { level: string; message: string; fields: unknown }[] } {
  const lines: { level: string; message: string; fields: unknown }[] = [];
  const at =
    (level: string) =>
    (message: string, fields?: unknown): void =>
      void lines.push({ level, message, fields });
  return {
    lines,
    debug: at('debug'),
    info: at('info'),
    warning: at('warning'),
    error: at('error'),
    isEnabled: () => true,
  };
}
