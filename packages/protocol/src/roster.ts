/** What a {@link Roster} may have: it remembers where it stands. */
export interface RosterMember {
  /** Where it stands in the roster that has it; set by the roster alone. */
  place: number;
}

/**
 * A set of objects that come and go all the time. A `Set` gets a new table every few additions, and an old table refers to
 * the next one: tables that V8 has moved to its old space keep everything alive that was ever in a later one, until all
 * of that space is looked through. Here a member knows its place, so that nothing is left behind.
 *
 * A member is in one roster at a time. The order is that of arrival until one leaves: the last one takes its place.
 */
export class Roster<Member extends RosterMember> implements Iterable<Member> {
  readonly #members: Member[] = [];

  get size(): number {
    return this.#members.length;
  }

  has(member: Member): boolean {
    return this.#members[member.place] === member;
  }

  /** Adds a member that is in no other roster; nothing happens when it is in this one. */
  add(member: Member): void {
    if (!this.has(member)) member.place = this.#members.push(member) - 1;
  }

  /** @returns false when it was not here */
  delete(member: Member): boolean {
    if (!this.has(member)) return false;
    const last = this.#members.pop()!;
    if (last === member) return true;
    this.#members[member.place] = last;
    last.place = member.place;
    return true;
  }

  [Symbol.iterator](): IterableIterator<Member> {
    return this.#members[Symbol.iterator]();
  }
}
