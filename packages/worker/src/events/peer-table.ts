import type { ReceivedEvent } from '@celeriac/core/internal';

/** Another worker, as its events tell. */
export interface Peer {
  /** Node name. */
  readonly hostname: string;
  readonly pid: number;
  /** Milliseconds between its heartbeats. */
  readonly freqMs: number;
  /** Unix milliseconds at which anything was last heard of it. */
  readonly lastSeenMs: number;
  /** `py-celery`, `celeriac`; empty before it has told. */
  readonly software: string;
}

/** What an event changes about who is there. */
export interface PeerChange {
  readonly kind: 'join' | 'leave';
  readonly peer: Peer;
}

/** For workers that do not say. @see celery/events/state.py Worker */
const DEFAULT_FREQ_MS = 60_000;
const LONGEST_FREQ_MS = 86_400_000;
/** A peer is lost when nothing came for this many times its `freq`. @see celery/events/state.py HEARTBEAT_EXPIRE_WINDOW */
const PATIENCE = 2;
/** Whoever makes up names does not fill the memory. */
const MOST_PEERS = 5000;

/** The other workers that are there. Pure: time comes with the events. */
export class PeerTable {
  readonly #peers: Map<string, Peer> = new Map();

  /** By name. */
  get peers(): readonly Peer[] {
    return Array.from(this.#peers.values()).sort((one, other) => (one.hostname < other.hostname ? -1 : 1));
  }

  /** Those whose heartbeats have not been missed yet. */
  alive(nowMs: number): number {
    let count = 0;
    for (const peer of this.#peers.values()) if (isAlive(peer, nowMs)) count++;
    return count;
  }

  /** Takes in an event of a worker about itself. */
  hear(event: ReceivedEvent): PeerChange | undefined {
    const { hostname, type } = event;
    const known = this.#peers.get(hostname);
    if (type === 'worker-offline') {
      this.#peers.delete(hostname);
      return known && { kind: 'leave', peer: known };
    }
    if (known === undefined && this.#peers.size >= MOST_PEERS) return undefined;
    const peer = peerOf(event);
    this.#peers.set(hostname, peer);
    return known === undefined || type === 'worker-online' ? { kind: 'join', peer } : undefined;
  }

  /** Forgets those whose heartbeats are missing. */
  dropLost(nowMs: number): readonly Peer[] {
    const lost = Array.from(this.#peers.values()).filter((peer) => !isAlive(peer, nowMs));
    for (const { hostname } of lost) this.#peers.delete(hostname);
    return lost;
  }
}

function isAlive({ lastSeenMs, freqMs }: Peer, nowMs: number): boolean {
  return nowMs < lastSeenMs + freqMs * PATIENCE;
}

function peerOf({ hostname, pid, receivedAtMs, fields }: ReceivedEvent): Peer {
  const { freq, sw_ident: software } = fields;
  const isFreq = typeof freq === 'number' && freq > 0;
  return {
    hostname,
    pid,
    freqMs: isFreq ? Math.min(freq * 1000, LONGEST_FREQ_MS) : DEFAULT_FREQ_MS,
    lastSeenMs: receivedAtMs,
    software: typeof software === 'string' ? software.slice(0, 60) : '',
  };
}
