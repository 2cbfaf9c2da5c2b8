import { isCeleriacError } from '@celeriac/protocol';
import type { TransportCapabilities } from './capabilities.ts';
import { Coalescer } from './coalescer.ts';
import type { BatchRoutes, ExchangeTable } from './exchange-table.ts';
import { expandMessage } from './expand-message.ts';
import type { QueuedMessage, QueueStore } from './queue-store.ts';
import type { OutgoingMessage, PublishOutcome } from './transport.ts';

/** One call of `publish`, waiting for its batch. */
class PublishCall {
  readonly messages: readonly OutgoingMessage[];
  readonly confirmation: PromiseWithResolvers<readonly PublishOutcome[]> = Promise.withResolvers();
  readonly #outcomes: PublishOutcome[];

  constructor(messages: readonly OutgoingMessage[]) {
    this.messages = messages;
    this.#outcomes = new Array<PublishOutcome>(messages.length).fill(undefined);
  }

  refuse(index: number, reason: Error): void {
    this.#outcomes[index] = reason;
  }

  resolve(): void {
    this.confirmation.resolve(this.#outcomes);
  }
}

/** One message of a call with its copies for the queues. */
interface Piece {
  readonly call: PublishCall;
  readonly index: number;
  readonly queued: readonly QueuedMessage[];
}

/**
 * Routes what is published and puts the messages of one turn of the event loop into the store together.
 *
 * When the store refuses a batch of several messages, the batch is halved until the messages at fault stand alone, in
 * the order they were published: one caller's bad message never fails another's. A lost connection fails the whole
 * batch, since nobody knows then what the broker holds.
 */
export class VirtualPublisher {
  readonly #store: QueueStore;
  readonly #exchanges: ExchangeTable;
  readonly #capabilities: TransportCapabilities;
  readonly #coalescer: Coalescer<PublishCall>;

  constructor(store: QueueStore, exchanges: ExchangeTable, capabilities: TransportCapabilities) {
    this.#store = store;
    this.#exchanges = exchanges;
    this.#capabilities = capabilities;
    this.#coalescer = new Coalescer((calls) => this.#send(calls));
  }

  publish(messages: readonly OutgoingMessage[]): Promise<readonly PublishOutcome[]> {
    const call = new PublishCall(messages);
    this.#coalescer.add(call);
    return call.confirmation.promise;
  }

  /** Resolves when every publish was confirmed or has failed. */
  idle(): Promise<void> {
    return this.#coalescer.idle();
  }

  async #send(calls: readonly PublishCall[]): Promise<void> {
    try {
      const routes = await this.#exchanges.routesOf(calls);
      const queued: QueuedMessage[] = [];
      for (const call of calls) {
        for (let index = 0; index < call.messages.length; index++) {
          const refusal = expandMessage(call.messages[index]!, routes, this.#capabilities, queued);
          if (refusal !== undefined) call.refuse(index, refusal);
        }
      }
      if (queued.length > 0) await this.#put(queued, calls, routes);
      for (const call of calls) call.resolve();
    } catch (error) {
      for (const call of calls) call.confirmation.reject(error);
    }
  }

  async #put(queued: readonly QueuedMessage[], calls: readonly PublishCall[], routes: BatchRoutes): Promise<void> {
    try {
      await this.#store.put(queued);
    } catch (error) {
      const reason = refusalOf(error);
      await this.#isolate(this.#pieces(calls, routes), reason);
    }
  }

  #pieces(calls: readonly PublishCall[], routes: BatchRoutes): readonly Piece[] {
    const pieces: Piece[] = [];
    for (const call of calls) {
      call.messages.forEach((message, index) => {
        const queued: QueuedMessage[] = [];
        expandMessage(message, routes, this.#capabilities, queued);
        if (queued.length > 0) pieces.push({ call, index, queued });
      });
    }
    return pieces;
  }

  /** The pieces were refused together: finds out which of them cannot be put alone. */
  async #isolate(pieces: readonly Piece[], reason: Error): Promise<void> {
    const [first] = pieces;
    if (pieces.length === 1 && first !== undefined) return first.call.refuse(first.index, reason);
    const middle = Math.ceil(pieces.length / 2);
    for (const half of [pieces.slice(0, middle), pieces.slice(middle)]) {
      try {
        await this.#store.put(half.flatMap((piece) => piece.queued));
      } catch (error) {
        await this.#isolate(half, refusalOf(error));
      }
    }
  }
}

/** The error as an outcome of messages. @throws the error itself when it concerns the connection */
function refusalOf(error: unknown): Error {
  if (isCeleriacError(error, 'CLR_CONNECTION_LOST') || !(error instanceof Error)) throw error;
  return error;
}
