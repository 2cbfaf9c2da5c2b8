import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { type ChunkTest, type Direction, type FaultRules, NO_FAULTS } from './fault-rules.ts';
import { FaultyPipe } from './faulty-pipe.ts';

/** Where a proxy forwards to. */
export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
}

interface Link {
  readonly client: Socket;
  readonly server: Socket;
  dropping: boolean;
}

/** Bytes to swallow, or a test of the chunks to swallow. */
interface Swallow {
  bytesLeft: number;
  readonly test: ChunkTest | undefined;
}

/** A TCP proxy on a free port of 127.0.0.1 that can misbehave as networks do. */
export class TcpFaultProxy {
  readonly host = '127.0.0.1';
  readonly #target: ProxyTarget;
  readonly #server: Server;
  readonly #links = new Set<Link>();
  #accepted = 0;
  #swallowed = 0;
  #refusing = false;
  #rules: FaultRules = NO_FAULTS;
  #swallow: Swallow | undefined;
  #cutAfter: number | undefined;

  private constructor(target: ProxyTarget) {
    this.#target = target;
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#accept(client));
  }

  /** Listens, and forwards to `target`. */
  static async open(target: ProxyTarget): Promise<TcpFaultProxy> {
    const proxy = new TcpFaultProxy(target);
    proxy.#server.listen(0, proxy.host);
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** Where clients connect to. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections open now. */
  get connections(): number {
    return this.#links.size;
  }

  /** Connections forwarded so far. A fault that met none proves nothing. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Bytes swallowed so far. */
  get swallowed(): number {
    return this.#swallowed;
  }

  /** Swallows every byte of the connections open now, both ways, silently; new connections work. */
  drop(): void {
    for (const link of this.#links) link.dropping = true;
  }

  /** Closes every connection with a RST; new ones work. */
  reset(): void {
    for (const link of this.#links) resetLink(link);
  }

  /** Every chunk arrives `ms` later, each way. */
  delay(ms: number): void {
    this.#rules = { ...this.#rules, delayMs: ms };
  }

  /** At most so many bytes per second, each way and connection. */
  rate(bytesPerSecond: number): void {
    this.#rules = { ...this.#rules, bytesPerSecond };
  }

  /** Closes a connection with a RST once so many more bytes have passed, both ways together; once. */
  cutAfter(bytes: number): void {
    this.#cutAfter = bytes;
  }

  /** Swallows the next `what` bytes, or the next chunk that the test says yes to; once. */
  swallowNext(what: number | ChunkTest): void {
    this.#swallow = typeof what === 'number' ? { bytesLeft: what, test: undefined } : { bytesLeft: 0, test: what };
  }

  /** New connections are closed with a RST at once; open ones stay. */
  refuse(): void {
    this.#refusing = true;
  }

  /** Ends every fault. Bytes swallowed so far stay lost. */
  resume(): void {
    this.#refusing = false;
    this.#rules = NO_FAULTS;
    this.#swallow = undefined;
    this.#cutAfter = undefined;
    for (const link of this.#links) link.dropping = false;
  }

  /** Closes the connections and the port. Safe to call twice. */
  async close(): Promise<void> {
    this.reset();
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #accept(client: Socket): void {
    client.on('error', () => {});
    if (this.#refusing) {
      client.resetAndDestroy();
      return;
    }
    const server = connect({ ...this.#target, allowHalfOpen: true });
    const link: Link = { client, server, dropping: false };
    this.#links.add(link);
    this.#accepted += 1;
    const pipes = [this.#pipe(link, client, server, 'up'), this.#pipe(link, server, client, 'down')];
    const ends = (): void => {
      this.#links.delete(link);
      for (const pipe of pipes) pipe.close();
      client.destroy();
      server.destroy();
    };
    client.on('close', ends);
    server.on('close', ends);
    server.on('error', () => resetLink(link));
  }

  #pipe(link: Link, from: Socket, to: Socket, direction: Direction): FaultyPipe {
    return new FaultyPipe(
      from,
      to,
      () => this.#rules,
      (chunk) => this.#filter(link, chunk, direction),
    );
  }

  /** What of a chunk passes. */
  #filter(link: Link, chunk: Buffer, direction: Direction): Buffer | undefined {
    if (link.dropping) return this.#lose(chunk, chunk.length);
    const rest = this.#afterSwallow(chunk, direction);
    if (rest === undefined || this.#cutAfter === undefined) return rest;
    if (rest.length < this.#cutAfter) {
      this.#cutAfter -= rest.length;
      return rest;
    }
    const last = rest.subarray(0, this.#cutAfter);
    this.#cutAfter = undefined;
    const to = direction === 'up' ? link.server : link.client;
    to.write(last, () => resetLink(link));
    link.dropping = true;
    return undefined;
  }

  #afterSwallow(chunk: Buffer, direction: Direction): Buffer | undefined {
    const swallow = this.#swallow;
    if (swallow === undefined) return chunk;
    if (swallow.test !== undefined) {
      if (!swallow.test(chunk, direction)) return chunk;
      this.#swallow = undefined;
      return this.#lose(chunk, chunk.length);
    }
    const lost = Math.min(chunk.length, swallow.bytesLeft);
    swallow.bytesLeft -= lost;
    if (swallow.bytesLeft === 0) this.#swallow = undefined;
    return this.#lose(chunk, lost);
  }

  #lose(chunk: Buffer, bytes: number): Buffer | undefined {
    this.#swallowed += bytes;
    return bytes === chunk.length ? undefined : chunk.subarray(bytes);
  }
}

function resetLink(link: Link): void {
  link.client.resetAndDestroy();
  link.server.resetAndDestroy();
}
