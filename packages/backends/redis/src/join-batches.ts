import type { ChordProgress } from '@celeriac/backend';

/** Members in one command. */
const AT_ONCE = 500;

interface Waiting<Member> {
  readonly member: Member;
  resolve(progress: ChordProgress | Promise<ChordProgress>): void;
  reject(error: unknown): void;
}

/** Joins finished members of one chord, in the order given. @returns where the chord stands, for each of them */
export type JoinMembers<Member> = (
  groupId: string,
  members: readonly Member[],
) => Promise<readonly (ChordProgress | Promise<ChordProgress>)[]>;

/** Gathers the members of a chord that finish in one turn of the event loop, so that they take one command. Nothing waits on a timer. */
export class JoinBatches<Member> {
  readonly #join: JoinMembers<Member>;
  #waiting: Map<string, Waiting<Member>[]> = new Map();

  constructor(join: JoinMembers<Member>) {
    this.#join = join;
  }

  /** Rejects with what the command throws: then none of its members is known to be recorded. */
  add(groupId: string, member: Member): Promise<ChordProgress> {
    return new Promise((resolve, reject) => {
      // nextTick runs after the promise jobs of this turn: whatever they finish goes along.
      if (this.#waiting.size === 0) process.nextTick(() => this.#flush());
      const one = { member, resolve, reject };
      const others = this.#waiting.get(groupId);
      if (others === undefined) this.#waiting.set(groupId, [one]);
      else others.push(one);
    });
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = new Map();
    for (const [groupId, members] of waiting) {
      for (let at = 0; at < members.length; at += AT_ONCE) void this.#send(groupId, members.slice(at, at + AT_ONCE));
    }
  }

  async #send(groupId: string, members: readonly Waiting<Member>[]): Promise<void> {
    try {
      const progress = await this.#join(
        groupId,
        members.map(({ member }) => member),
      );
      for (const [at, { resolve }] of members.entries()) resolve(progress[at]!);
    } catch (error) {
      for (const { reject } of members) reject(error);
    }
  }
}
