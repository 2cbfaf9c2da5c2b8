import type { Peer } from './peer-table.ts';

/** Is told of another worker. What it throws is logged. */
export type PeerListener = (peer: Peer) => void;

/** Other workers, for steps that care about them. @see celery/worker/consumer/gossip.py Gossip.on */
export interface PeerWatch {
  /** Those that are there, by name. */
  readonly peers: readonly Peer[];
  /** One has come, or was heard of for the first time. @returns stops listening */
  onJoin(listener: PeerListener): () => void;
  /** One has said goodbye. @returns stops listening */
  onLeave(listener: PeerListener): () => void;
  /** The heartbeats of one are missing. @returns stops listening */
  onLost(listener: PeerListener): () => void;
  /**
   * What to do when this worker is elected for a topic; `task` applies the signature that it is given.
   * @see celery/worker/consumer/gossip.py Gossip.election_handlers
   */
  onElected(topic: string, handler: (action: unknown) => void | Promise<void>): void;
}
