import type { Duplex } from 'node:stream';
import type { Channel, ChannelModel } from 'amqplib';
import { HeaderTableShield } from './header-table-shield.ts';

/** Parts of amqplib that it does not document; nothing else in this package knows of them. */
interface Internals {
  readonly stream: Duplex;
  readonly frameMax: number;
}

/** The socket under a connection of amqplib. */
export class AmqplibSocket {
  readonly #stream: Duplex;
  /** Negotiated size of a frame, its overhead included. */
  readonly frameMax: number;

  /** @throws {TypeError} when amqplib has changed inside */
  constructor(model: ChannelModel) {
    const { stream, frameMax } = model.connection as unknown as Partial<Internals>;
    if (typeof stream?.write !== 'function' || typeof frameMax !== 'number') {
      throw new TypeError('This version of amqplib keeps its socket elsewhere than 2.3 does.');
    }
    this.#stream = stream;
    this.frameMax = frameMax;
  }

  /** Keeps header tables away from amqplib; see {@link HeaderTableShield}. */
  shieldHeaderTables(): void {
    const stream = this.#stream;
    const shield = new HeaderTableShield();
    const read = stream.read.bind(stream);
    stream.read = (size?: number): Buffer | null => {
      const chunk: Buffer | null = read(size);
      return chunk === null ? null : shield.convert(chunk);
    };
  }

  /**
   * Writes whole frames of a channel on which nothing else is under way.
   * @returns false when the socket is full: wait for {@link AmqplibSocket.drained}
   */
  write(pieces: readonly Uint8Array[]): boolean {
    const stream = this.#stream;
    if (pieces.length === 1) return stream.write(pieces[0]);
    let accepted = true;
    stream.cork();
    for (const piece of pieces) accepted = stream.write(piece);
    stream.uncork();
    return accepted;
  }

  /** Resolves when more can be written, or when the socket is gone. */
  drained(): Promise<void> {
    const stream = this.#stream;
    if (!stream.writableNeedDrain || stream.destroyed) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
    return promise;
  }

  /** Ends the connection without a word, so that amqplib notices. */
  destroy(reason: Error): void {
    this.#stream.destroy(reason);
  }

  /** Whatever else the socket says is not heard any more: amqplib has let go of it. */
  ignoreErrors(): void {
    this.#stream.on('error', () => {});
  }
}

/** The number of a channel, which its frames carry. */
export function channelNumber(channel: Channel): number {
  const { ch } = channel as unknown as { readonly ch?: unknown };
  if (typeof ch !== 'number')
    throw new TypeError('This version of amqplib numbers its channels elsewhere than 2.3 does.');
  return ch;
}
