import type { KeyValueEntry, KeyValueFeed, KeyValueMembers, KeyValueStore } from '@celeriac/backend';
import type { Clock } from '@celeriac/protocol';
import { ExpiringMap } from './expiring-map.ts';

type Listener = (keys: readonly string[]) => void;

/** What several clients of one pretended server see. */
export class SharedMap {
  readonly values = new ExpiringMap<Uint8Array>();
  readonly sets = new ExpiringMap<Map<string, Uint8Array>>();
  readonly listeners = new Map<string, Set<Listener>>();
}

/** One client's view of a {@link SharedMap}. */
export interface SharedMapClient {
  readonly store: KeyValueStore;
  readonly feed: KeyValueFeed;
  readonly members: KeyValueMembers;
}

/** A client whose every call takes a turn of the event loop, as one over a network would. */
export function sharedMapClient(shared: SharedMap, clock: Clock): SharedMapClient {
  return {
    store: {
      connect: turn,
      close: turn,
      get: async (keys) => {
        await turn();
        return keys.map((key) => shared.values.get(key, clock.now()));
      },
      set: async (entries) => {
        await turn();
        for (const { key, value, ttlMs } of entries) shared.values.set(key, value, endOf(clock, ttlMs));
        announce(shared, entries);
      },
      delete: async (keys) => {
        await turn();
        for (const key of keys) shared.values.delete(key);
      },
    },
    feed: feedOf(shared),
    members: membersOf(shared, clock),
  };
}

function feedOf({ listeners }: SharedMap): KeyValueFeed {
  const mine = new Map<string, Listener>();
  return {
    subscribe: async (keys, onSet) => {
      await turn();
      for (const key of keys) {
        mine.set(key, onSet);
        listeners.set(key, (listeners.get(key) ?? new Set()).add(onSet));
      }
    },
    unsubscribe: async (keys) => {
      for (const key of keys) {
        const listener = mine.get(key);
        if (listener !== undefined) listeners.get(key)?.delete(listener);
        mine.delete(key);
      }
    },
  };
}

function membersOf({ sets }: SharedMap, clock: Clock): KeyValueMembers {
  return {
    add: async (key, member, value, ttlMs) => {
      await turn();
      const set = sets.get(key, clock.now()) ?? new Map<string, Uint8Array>();
      const added = !set.has(member);
      if (added) set.set(member, value);
      sets.set(key, set, endOf(clock, ttlMs));
      return { added, count: set.size };
    },
    all: async (key) => {
      await turn();
      return new Map(sets.get(key, clock.now()));
    },
    delete: async (key) => {
      await turn();
      sets.delete(key);
    },
  };
}

function announce({ listeners }: SharedMap, entries: readonly KeyValueEntry[]): void {
  const keys = entries.map((entry) => entry.key);
  const told = new Set(keys.flatMap((key) => [...(listeners.get(key) ?? [])]));
  for (const listener of told) listener(keys);
}

function endOf(clock: Clock, ttlMs: number | undefined): number | undefined {
  return ttlMs === undefined ? undefined : clock.now() + ttlMs;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
