import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { deserialize, serialize } from 'node:v8';
import { systemClock } from '@celeriac/protocol';
import { SoundBroker, SoundStore } from './sound-broker.fixture.ts';

/** One line from a client. */
export interface RemoteCall {
  readonly id: number;
  /** A verb of QueueStore, or `abort` of the take with this id. */
  readonly verb: string;
  readonly args: readonly unknown[];
}

/** One line from the server. */
export interface RemoteAnswer {
  readonly id: number;
  readonly value: unknown;
}

/** A value as one line of text, bytes and bigints included. */
export function toLine(value: unknown): string {
  return `${serialize(value).toString('base64')}\n`;
}

/** The value of a line. */
export function fromLine(line: string): unknown {
  return deserialize(Buffer.from(line, 'base64'));
}

/** A sound broker behind a socket: what a client held comes back as its connection ends. */
export class RemoteBroker {
  readonly #broker = new SoundBroker(Number.POSITIVE_INFINITY);
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor() {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** Listens on a free port. */
  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #serve(socket: Socket): void {
    const store = new SoundStore(this.#broker, systemClock);
    const takes = new Map<number, AbortController>();
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', async () => {
      this.#sockets.delete(socket);
      for (const take of takes.values()) take.abort();
      await store.close();
    });
    // A socket that fails makes readline fail too; the socket's own listener has seen it then.
    const lines = createInterface({ input: socket }).on('error', () => {});
    lines.on('line', async (line) => {
      const call = fromLine(line) as RemoteCall;
      if (call.verb === 'abort') return takes.get(call.id)?.abort();
      const value = await run(store, call, takes);
      takes.delete(call.id);
      if (socket.writable) socket.write(toLine({ id: call.id, value } satisfies RemoteAnswer));
      else await store.close();
    });
  }
}

function run(store: SoundStore, { id, verb, args }: RemoteCall, takes: Map<number, AbortController>): Promise<unknown> {
  if (verb !== 'take') {
    const verbs = store as unknown as { [verb: string]: (...args: readonly unknown[]) => Promise<unknown> };
    return verbs[verb]!(...args);
  }
  const take = new AbortController();
  takes.set(id, take);
  const [queues, max, waitMs] = args as [readonly string[], number, number];
  return store.take(queues, max, waitMs, take.signal);
}
