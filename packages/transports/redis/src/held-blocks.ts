/**
 * What an owner holds is noted at the server in blocks of numbers, not message by message: a block is noted when the first
 * message of it is taken, and forgotten with its last one. Each taking begins a block of its own, so nothing is added to a
 * block that is about to be forgotten.
 */
export class HeldBlocks {
  /** Messages of a block that are held. */
  readonly #left: Map<number, number> = new Map();
  #next = 0;

  /** Reserves numbers for a taking of at most `max` messages. @returns the first one, which begins a block */
  reserve(max: number): number {
    const first = this.#next;
    this.#next += Math.ceil(max / BLOCK_SIZE) * BLOCK_SIZE;
    return first;
  }

  /** Messages with these numbers were taken. */
  taken(first: number, count: number): void {
    for (let from = first; from < first + count; from += BLOCK_SIZE) {
      this.#left.set(from / BLOCK_SIZE, Math.min(BLOCK_SIZE, first + count - from));
    }
  }

  /** Messages with these numbers are held no more. @returns the blocks of which nothing is left */
  settled(numbers: Iterable<number>): readonly number[] {
    const empty: number[] = [];
    for (const number of numbers) {
      const block = Math.floor(number / BLOCK_SIZE);
      const left = this.#left.get(block);
      if (left === undefined) continue;
      if (left > 1) this.#left.set(block, left - 1);
      else {
        this.#left.delete(block);
        empty.push(block);
      }
    }
    return empty;
  }
}

/** Numbers in a block. Prolonging a lease touches all numbers of a block, so blocks are small. */
export const BLOCK_SIZE = 64;

/** Reserved among the blocks of an owner: when the owner's lease began. */
export const LEASE_BEGAN = '.';

/** The numbers in the blocks that the server has noted, in the order of their taking. */
export function numbersIn(noted: readonly string[]): readonly number[] {
  const blocks = noted.filter((block) => block !== LEASE_BEGAN).map(Number);
  blocks.sort((a, b) => a - b);
  return blocks.flatMap((block) => Array.from({ length: BLOCK_SIZE }, (_, at) => block * BLOCK_SIZE + at));
}

/** The number in a field of `unacked`, which is `owner:number`. */
export function numberIn(field: string): number {
  return Number(field.slice(field.lastIndexOf(':') + 1));
}
