import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import {
  ConnectionLostError,
  type QueuedMessage,
  type QueueStore,
  type Receipt,
  type Settlement,
  type TakenMessage,
} from '@celeriac/transport';
import { fromLine, type RemoteAnswer, toLine } from './remote-broker.fixture.ts';

/** A client of a {@link RemoteBroker}. */
export class RemoteStore implements QueueStore {
  readonly #port: number;
  readonly #pending = new Map<number, PromiseWithResolvers<unknown>>();
  #socket: Socket | undefined;
  #calls = 0;

  constructor(port: number) {
    this.#port = port;
  }

  async connect(): Promise<void> {
    const socket = connect(this.#port, '127.0.0.1');
    socket.on('error', () => {});
    socket.on('close', () => this.#lose());
    this.#socket = socket;
    createInterface({ input: socket })
      .on('error', () => {})
      .on('line', (line) => {
        const { id, value } = fromLine(line) as RemoteAnswer;
        this.#pending.get(id)?.resolve(value);
        this.#pending.delete(id);
      });
    // The proxy accepts before it refuses: only an answer proves that somebody is there.
    await this.#call('size', ['']);
  }

  async put(messages: readonly QueuedMessage[]): Promise<void> {
    await this.#call('put', [messages]);
  }

  take(queues: readonly string[], max: number, waitMs: number, signal: AbortSignal): Promise<readonly TakenMessage[]> {
    const id = this.#calls + 1;
    const abort = (): void => void this.#socket?.write(toLine({ id, verb: 'abort', args: [] }));
    signal.addEventListener('abort', abort);
    const taken = this.#call('take', [queues, max, waitMs]);
    if (signal.aborted) abort();
    return taken.finally(() => signal.removeEventListener('abort', abort)) as Promise<readonly TakenMessage[]>;
  }

  settle(settlements: readonly Settlement[]): Promise<readonly Receipt[]> {
    return this.#call('settle', [settlements]) as Promise<readonly Receipt[]>;
  }

  renew(receipts: readonly Receipt[]): Promise<readonly Receipt[]> {
    return this.#call('renew', [receipts]) as Promise<readonly Receipt[]>;
  }

  size(queue: string): Promise<number> {
    return this.#call('size', [queue]) as Promise<number>;
  }

  purge(queue: string): Promise<number> {
    return this.#call('purge', [queue]) as Promise<number>;
  }

  async remove(queue: string): Promise<void> {
    await this.#call('remove', [queue]);
  }

  async close(): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined || socket.destroyed) return;
    await this.#call('close', []).catch(() => {});
    const closed = socket.closed ? undefined : once(socket, 'close');
    socket.destroy();
    await closed;
  }

  #call(verb: string, args: readonly unknown[]): Promise<unknown> {
    if (this.#socket === undefined || this.#socket.destroyed) return Promise.reject(this.#lost());
    const id = ++this.#calls;
    const answer = Promise.withResolvers<unknown>();
    this.#pending.set(id, answer);
    this.#socket.write(toLine({ id, verb, args }));
    return answer.promise;
  }

  #lose(): void {
    for (const answer of this.#pending.values()) answer.reject(this.#lost());
    this.#pending.clear();
  }

  #lost(): ConnectionLostError {
    return new ConnectionLostError(`remote://127.0.0.1:${this.#port}`, 'the connection is closed');
  }
}
