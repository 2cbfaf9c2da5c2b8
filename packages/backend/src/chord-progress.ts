import type { ChordPart, ChordProgress } from './backend.ts';

/**
 * How long a caller that got the parts has to send the body before another one gets them too. Shorter than a lease, so
 * that the header task of a caller that died, when it comes back, finds the claim open.
 */
export const CHORD_CLAIM_MS = 10_000;

/** What is known of a chord when somebody may claim its parts. */
export interface ChordStanding {
  /** Distinct members recorded. */
  readonly done: number;
  /** Members expected; undefined when never opened or expired. */
  readonly size: number | undefined;
  /** When the parts were last given away, Unix milliseconds; undefined = not yet. */
  readonly claimedAtMs: number | undefined;
  /** Whether the body was sent. */
  readonly closed: boolean;
}

/** Whether the caller of now is the one that must get the parts. */
export function mayClaimChord(standing: ChordStanding, nowMs: number, claimMs: number = CHORD_CLAIM_MS): boolean {
  const { done, size, claimedAtMs, closed } = standing;
  if (closed || size === undefined || done < size) return false;
  return claimedAtMs === undefined || nowMs - claimedAtMs >= claimMs;
}

/** The parts by their position in the header; those without one last, by task id. */
export function inHeaderOrder(parts: Iterable<ChordPart>): readonly ChordPart[] {
  return [...parts].sort(comparePositions);
}

function comparePositions(a: ChordPart, b: ChordPart): number {
  const left = a.index ?? Number.POSITIVE_INFINITY;
  const right = b.index ?? Number.POSITIVE_INFINITY;
  if (left !== right) return left < right ? -1 : 1;
  return a.taskId < b.taskId ? -1 : Number(a.taskId > b.taskId);
}

/**
 * The join of one chord. It has no clock and no store: times come in, progress goes out. Members are told apart by task
 * id, and the first completion of a member stands.
 */
export class ChordJoin {
  readonly #claimMs: number;
  readonly #parts = new Map<string, ChordPart>();
  #size: number | undefined;
  #added = 0;
  #claimedAtMs: number | undefined;
  #closed = false;

  /** @param claimMs - see {@link CHORD_CLAIM_MS} */
  constructor(claimMs: number = CHORD_CLAIM_MS) {
    this.#claimMs = claimMs;
  }

  /** Expects `size` members. */
  open(size: number): void {
    if (!this.#closed) this.#size = size;
  }

  /** Expects more members than it was opened with. */
  grow(by: number): void {
    if (!this.#closed) this.#added += by;
  }

  /** Records a completion. @param nowMs - Unix milliseconds */
  join(part: ChordPart, nowMs: number): ChordProgress {
    if (!this.#closed && !this.#parts.has(part.taskId)) this.#parts.set(part.taskId, part);
    const claims = mayClaimChord(this.standing, nowMs, this.#claimMs);
    if (claims) this.#claimedAtMs = nowMs;
    const { done, size } = this.standing;
    return { done, size, parts: claims ? inHeaderOrder(this.#parts.values()) : undefined };
  }

  /** The body was sent: forgets the parts. A chord that was never opened can still be. */
  close(): void {
    this.#closed = this.#size !== undefined;
    this.#parts.clear();
  }

  /** Where the join stands. A closed one counts as complete. */
  get standing(): ChordStanding {
    const size = this.#size === undefined ? undefined : this.#size + this.#added;
    const done = this.#closed ? (size ?? 0) : this.#parts.size;
    return { done, size, claimedAtMs: this.#claimedAtMs, closed: this.#closed };
  }
}
