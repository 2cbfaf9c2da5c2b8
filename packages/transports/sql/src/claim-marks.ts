import { PRIORITY_LEVELS } from './capabilities.ts';

/** Places in the line that one priority has; ids stay below it, and all lines below what a double can count. */
export const LINE_SPAN: number = 2 ** 49;

/** How long an id may be given out before its message is committed. Milliseconds; one statement takes far less. */
const LATE_MS = 250;

/** What one claim came to. */
export interface ClaimReport {
  /** Places of the messages that were taken, ascending. */
  readonly lines: readonly number[];
  /** How many there could have been at most. */
  readonly limit: number;
  /** The last id that was given out before the claim. */
  readonly lastId: number;
  /** By a clock that never jumps. */
  readonly atMs: number;
}

interface Candidate {
  readonly line: number;
  readonly atMs: number;
}

/**
 * Where the claims of one queue begin to look, for every priority. What was taken leaves its entry in the index until the
 * database may clear it away; while some old transaction forbids that, a claim from the beginning of the line would read
 * past every message that ever waited.
 *
 * A mark moves to a place only after a second claim, {@link LATE_MS} after the first one that saw the place behind it, has
 * found nothing before it. What is put back in front, or committed even later, is for the one who looks below the marks
 * now and then to find.
 */
export class ClaimMarks {
  readonly #marks: number[] = beginnings();
  readonly #candidates: (Candidate | undefined)[] = new Array(PRIORITY_LEVELS).fill(undefined);

  /** Where each priority begins, from the highest: a claim takes what is beyond. */
  get starts(): readonly number[] {
    return this.#marks;
  }

  /** Whether anything is left out by a claim from the marks. */
  get moved(): boolean {
    return this.#marks.some((mark, level) => mark > level * LINE_SPAN);
  }

  /** The next claim looks at everything. */
  reset(): void {
    for (const [level, beginning] of beginnings().entries()) this.#marks[level] = beginning;
    this.#candidates.fill(undefined);
  }

  learn({ lines, limit, lastId, atMs }: ClaimReport): void {
    const last = lines.at(-1);
    const lastLevel = last === undefined || lines.length < limit ? PRIORITY_LEVELS : Math.floor(last / LINE_SPAN);
    // A claim that was filled has seen nothing of the priorities below its last message.
    for (let level = 0; level < PRIORITY_LEVELS && level <= lastLevel; level++) {
      const seenTo = level < lastLevel ? level * LINE_SPAN + lastId : last!;
      const candidate = this.#candidates[level];
      if (candidate !== undefined && (atMs - candidate.atMs < LATE_MS || seenTo < candidate.line)) continue;
      if (candidate !== undefined) this.#marks[level] = candidate.line;
      this.#candidates[level] = { line: seenTo, atMs };
    }
  }
}

function beginnings(): number[] {
  return Array.from({ length: PRIORITY_LEVELS }, (_, level) => level * LINE_SPAN);
}
