/** Some consecutive messages that were written together, and what the broker said about them. */
export interface LedgerEntry<Owner> {
  readonly owner: Owner;
  /** Delivery tag of the first one. */
  readonly first: number;
  readonly count: number;
}

interface OpenEntry<Owner> extends LedgerEntry<Owner> {
  /** Tags below this one are confirmed, apart from it those in `ahead`. */
  next: number;
  ahead: Set<number> | undefined;
}

/** One answer of the broker: one tag, or all up to it. */
export interface Confirmation {
  readonly tag: number;
  readonly multiple: boolean;
}

/**
 * Which published messages the broker has not answered for. Tags count up from 1 as AMQP's do. Entries are kept, not
 * messages: an answer for many costs as much as one for few.
 */
export class ConfirmLedger<Owner> {
  #open: OpenEntry<Owner>[] = [];
  #nextTag = 1;

  /** Unanswered entries, in order. */
  get open(): readonly LedgerEntry<Owner>[] {
    return this.#open;
  }

  /** @returns the first tag */
  add(owner: Owner, count: number): number {
    const first = this.#nextTag;
    this.#nextTag += count;
    if (count > 0) this.#open.push({ owner, first, count, next: first, ahead: undefined });
    return first;
  }

  /** @returns owners whose messages are all answered now, in order */
  settle({ tag, multiple }: Confirmation): readonly Owner[] {
    return multiple ? this.#settleUpTo(tag) : this.#settleOne(tag);
  }

  /** Tags of an entry that are not answered, as positions from 0. */
  unanswered(entry: LedgerEntry<Owner>): readonly number[] {
    const { next, ahead } = entry as OpenEntry<Owner>;
    const positions: number[] = [];
    for (let tag = next; tag < entry.first + entry.count; tag++) {
      if (ahead?.has(tag) !== true) positions.push(tag - entry.first);
    }
    return positions;
  }

  /** The entry that a tag belongs to. */
  entryOf(tag: number): LedgerEntry<Owner> | undefined {
    return this.#open[this.#indexOf(tag)];
  }

  #settleUpTo(tag: number): readonly Owner[] {
    const done: Owner[] = [];
    for (const entry of this.#open) {
      if (entry.first > tag) break;
      advance(entry, tag + 1);
      if (isDone(entry)) done.push(entry.owner);
    }
    // Entries are in the order of their tags, but the last one touched may have gaps.
    if (done.length > 0) this.#open = this.#open.filter((entry) => !isDone(entry));
    return done;
  }

  #settleOne(tag: number): readonly Owner[] {
    const index = this.#indexOf(tag);
    const entry = this.#open[index];
    if (entry === undefined) return [];
    markOne(entry, tag);
    if (!isDone(entry)) return [];
    this.#open.splice(index, 1);
    return [entry.owner];
  }

  #indexOf(tag: number): number {
    return this.#open.findIndex((one) => tag >= one.first && tag < one.first + one.count);
  }
}

function isDone<Owner>(entry: OpenEntry<Owner>): boolean {
  return entry.next >= entry.first + entry.count;
}

function advance<Owner>(entry: OpenEntry<Owner>, next: number): void {
  entry.next = Math.min(Math.max(entry.next, next), entry.first + entry.count);
  while (entry.ahead?.delete(entry.next)) entry.next++;
}

function markOne<Owner>(entry: OpenEntry<Owner>, tag: number): void {
  if (tag < entry.next) return;
  if (tag > entry.next) {
    entry.ahead ??= new Set();
    entry.ahead.add(tag);
    return;
  }
  advance(entry, tag + 1);
}
