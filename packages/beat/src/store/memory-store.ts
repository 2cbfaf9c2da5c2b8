import { type Clock, systemClock } from '@celeriac/protocol';
import type { EntryState } from '../entry/schedule-entry.ts';
import type { BeatLease, BeatStore, EntryEdit, StoreContents } from './beat-store.ts';
import { RecordBook } from './record-book.ts';

/** A schedule that is gone with the process. Beats of one process may share it. */
export class MemoryStore implements BeatStore {
  readonly url = 'memory://';
  readonly isShared = true;
  readonly #clock: Clock;
  readonly #book: RecordBook = new RecordBook();
  #lease: (BeatLease & { readonly untilMs: number }) | undefined;
  #token = 0;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  async open(): Promise<void> {}

  async acquire(owner: string, ttlMs: number): Promise<BeatLease | undefined> {
    const nowMs = this.#clock.monotonic();
    if (this.#lease !== undefined && this.#lease.untilMs > nowMs) return undefined;
    this.#lease = { owner, token: ++this.#token, untilMs: nowMs + ttlMs };
    return { owner, token: this.#token };
  }

  async renew(lease: BeatLease, ttlMs: number): Promise<boolean> {
    if (!this.#leads(lease)) return false;
    this.#lease = { ...lease, untilMs: this.#clock.monotonic() + ttlMs };
    return true;
  }

  async release(lease: BeatLease): Promise<void> {
    if (this.#leads(lease)) this.#lease = undefined;
  }

  async load(): Promise<StoreContents> {
    return this.#book.contents();
  }

  async news(version: number): Promise<StoreContents> {
    return this.#book.news(version);
  }

  async write(lease: BeatLease, states: readonly (readonly [string, EntryState])[]): Promise<boolean> {
    if (!this.#leads(lease)) return false;
    this.#book.write(states);
    return true;
  }

  async forget(lease: BeatLease, names: readonly string[]): Promise<boolean> {
    if (!this.#leads(lease)) return false;
    this.#book.forget(names);
    return true;
  }

  async edit(edits: readonly EntryEdit[]): Promise<void> {
    this.#book.edit(edits);
  }

  async close(): Promise<void> {}

  /** One whose time is up leads until another one has taken over. */
  #leads({ token }: BeatLease): boolean {
    return this.#lease?.token === token;
  }
}
