import type { KeyValueEntry, KeyValueFeed, KeyValueMembers, KeyValueStore } from './key-value-store.ts';

/** A key/value store in a Map, with every call in `calls`; every part of it answers late, as a server does. */
export class MapStore implements KeyValueStore, KeyValueFeed, KeyValueMembers {
  readonly calls: string[] = [];
  readonly entries = new Map<string, KeyValueEntry>();
  readonly sets = new Map<string, Map<string, Uint8Array>>();
  readonly subscriptions = new Map<string, (keys: readonly string[]) => void>();
  /** Thrown by the next calls, one each. */
  readonly failures: Error[] = [];
  /** Runs between reading the values and handing them out. */
  afterRead: (() => void) | undefined;

  text(key: string): string | undefined {
    const entry = this.entries.get(key);
    return entry === undefined ? undefined : Buffer.from(entry.value).toString();
  }

  count(call: string): number {
    return this.calls.filter((line) => line.startsWith(call)).length;
  }

  async connect(): Promise<void> {
    await this.#answer('connect');
  }

  async get(keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]> {
    await this.#answer(`get ${keys.length}`);
    const values = keys.map((key) => this.entries.get(key)?.value);
    this.afterRead?.();
    return values;
  }

  async set(entries: readonly KeyValueEntry[]): Promise<void> {
    await this.#answer(`set ${entries.length}`);
    for (const entry of entries) this.entries.set(entry.key, entry);
    this.announce(entries.map((entry) => entry.key));
  }

  async delete(keys: readonly string[] | string): Promise<void> {
    await this.#answer('delete');
    for (const key of [keys].flat()) {
      this.entries.delete(key);
      this.sets.delete(key);
    }
  }

  async close(): Promise<void> {
    await this.#answer('close');
  }

  async subscribe(keys: readonly string[], onSet: (keys: readonly string[]) => void): Promise<void> {
    await this.#answer(`subscribe ${keys.length}`);
    for (const key of keys) this.subscriptions.set(key, onSet);
  }

  async unsubscribe(keys: readonly string[]): Promise<void> {
    await this.#answer(`unsubscribe ${keys.length}`);
    for (const key of keys) this.subscriptions.delete(key);
  }

  async add(key: string, member: string, value: Uint8Array): Promise<{ added: boolean; count: number }> {
    await this.#answer('add');
    const set = this.sets.get(key) ?? new Map<string, Uint8Array>();
    this.sets.set(key, set);
    const added = !set.has(member);
    if (added) set.set(member, value);
    return { added, count: set.size };
  }

  async all(key: string): Promise<ReadonlyMap<string, Uint8Array>> {
    await this.#answer('all');
    return new Map(this.sets.get(key));
  }

  /** Tells whoever subscribed to one of the keys. */
  announce(keys: readonly string[]): void {
    const listeners = new Set(keys.map((key) => this.subscriptions.get(key)));
    for (const listener of listeners) listener?.(keys);
  }

  async #answer(call: string): Promise<void> {
    this.calls.push(call);
    await Promise.resolve();
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
  }
}
