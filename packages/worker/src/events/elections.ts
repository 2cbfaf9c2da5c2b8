/** A worker that would do what is to be done. */
export interface Candidate {
  /** Logical clock of its candidacy. */
  readonly clock: number;
  /** `<node name>.<pid>`. */
  readonly name: string;
  readonly topic: string;
  readonly action: unknown;
}

interface Ballot {
  candidates: readonly Candidate[];
  acks: number;
  lastMs: number;
  isOver: boolean;
}

/** How long a ballot of which nothing is heard any more is remembered. */
const KEPT_MS = 60_000;
const MOST_BALLOTS = 1000;
const MOST_CANDIDATES = 5000;

/**
 * Elections among the workers of a broker. All of them hear the same candidacies and acknowledgements, and all decide at
 * the same moment, as Celery's do: when there are as many acknowledgements as other workers, the candidate with the lowest
 * clock is elected. Pure: the same sequence of calls elects the same one everywhere.
 * @see celery/worker/consumer/gossip.py Gossip.on_elect_ack
 */
export class Elections {
  readonly #ballots: Map<string, Ballot> = new Map();

  /** A worker stands for election. @param nowMs - on a clock that never jumps */
  stand(id: string, candidate: Candidate, nowMs: number): void {
    const ballot = this.#ballot(id, nowMs);
    if (ballot === undefined || ballot.isOver || ballot.candidates.length >= MOST_CANDIDATES) return;
    ballot.candidates = [...ballot.candidates, candidate];
  }

  /**
   * A worker has heard of a candidate.
   * @param others - how many other workers live
   * @returns the elected one, once
   */
  acknowledge(id: string, others: number, nowMs: number): Candidate | undefined {
    const ballot = this.#ballot(id, nowMs);
    if (ballot === undefined || ballot.isOver) return undefined;
    ballot.acks++;
    if (ballot.acks < others || ballot.candidates.length === 0) return undefined;
    const elected = ballot.candidates.reduce(lowest);
    ballot.isOver = true;
    ballot.candidates = [];
    return elected;
  }

  #ballot(id: string, nowMs: number): Ballot | undefined {
    const known = this.#ballots.get(id);
    if (known !== undefined) {
      known.lastMs = nowMs;
      return known;
    }
    for (const [old, { lastMs }] of this.#ballots) if (nowMs - lastMs > KEPT_MS) this.#ballots.delete(old);
    if (this.#ballots.size >= MOST_BALLOTS) return undefined;
    const ballot = { candidates: [], acks: 0, lastMs: nowMs, isOver: false };
    this.#ballots.set(id, ballot);
    return ballot;
  }
}

/** By clock, then by name. @see kombu/clocks.py LamportClock.sort_heap */
function lowest(one: Candidate, other: Candidate): Candidate {
  if (one.clock !== other.clock) return one.clock < other.clock ? one : other;
  return one.name <= other.name ? one : other;
}
