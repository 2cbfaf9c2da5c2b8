import type { Socket } from 'node:net';
import type { FaultRules } from './fault-rules.ts';

/** Bytes waiting in a slow pipe before its source is paused. */
const HIGH_WATER_BYTES = 1024 * 1024;

/** One direction of one proxied connection: chunks in order, late or slowly where the rules say so. */
export class FaultyPipe {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #rules: () => FaultRules;
  readonly #filter: (chunk: Buffer) => Buffer | undefined;
  readonly #waiting: { readonly chunk: Buffer; readonly dueMs: number }[] = [];
  #waitingBytes = 0;
  #freeAtMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  /**
   * @param rules - asked for every chunk
   * @param filter - what of a chunk passes; undefined swallows it
   */
  constructor(from: Socket, to: Socket, rules: () => FaultRules, filter: (chunk: Buffer) => Buffer | undefined) {
    this.#from = from;
    this.#to = to;
    this.#rules = rules;
    this.#filter = filter;
    from.on('data', (chunk: Buffer) => this.#accept(chunk));
    from.on('end', () => this.#end());
  }

  /** Forwards nothing any more. */
  close(): void {
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
  }

  #accept(chunk: Buffer): void {
    const passing = this.#filter(chunk);
    if (passing === undefined) return;
    this.#waiting.push({ chunk: passing, dueMs: performance.now() + this.#rules().delayMs });
    this.#waitingBytes += passing.length;
    if (this.#waitingBytes > HIGH_WATER_BYTES) this.#from.pause();
    this.#pump();
  }

  #end(): void {
    this.#ended = true;
    this.#pump();
  }

  #pump(): void {
    clearTimeout(this.#timer);
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const waitMs = Math.max(next.dueMs, this.#freeAtMs) - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#pump(), waitMs);
        return;
      }
      this.#waiting.shift();
      this.#forward(next.chunk);
    }
    if (this.#ended) this.#to.end();
  }

  #forward(chunk: Buffer): void {
    const { bytesPerSecond } = this.#rules();
    const takesMs = bytesPerSecond > 0 ? (chunk.length / bytesPerSecond) * 1000 : 0;
    this.#freeAtMs = Math.max(this.#freeAtMs, performance.now()) + takesMs;
    this.#waitingBytes -= chunk.length;
    if (this.#waitingBytes <= HIGH_WATER_BYTES) this.#from.resume();
    if (this.#to.writable) this.#to.write(chunk);
  }
}
