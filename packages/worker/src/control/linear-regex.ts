import { parseRegex, type RegexNode } from './regex-parser.ts';

/** Parts of a compiled expression. Repetitions multiply: `(a{100}){100}` is beyond it. */
const MOST_PARTS = 4000;

type State =
  | { readonly kind: 'character'; readonly test: (character: string) => boolean; next: number }
  | { readonly kind: 'split'; next: number; other: number }
  | { readonly kind: 'start' | 'end'; next: number }
  | { readonly kind: 'match' };

/**
 * A regular expression that is matched in time proportional to the text, whatever the expression is: commands come from
 * anywhere, and an expression of JavaScript's own could keep the worker busy for years.
 *
 * It knows characters, `.`, classes, `\d \w \s`, groups, `|`, `* + ? {m,n}`, `^` and `$`; back references and look-around
 * are refused.
 */
export class LinearRegex {
  readonly #states: readonly State[];
  readonly #start: number;

  /** @throws {RangeError} saying what of the expression is not known here, or that it is too large */
  constructor(source: string) {
    const compiler = new Compiler();
    this.#start = compiler.compile(parseRegex(source), 0);
    this.#states = compiler.states;
  }

  /** Whether the beginning of the text matches. @see Python's re.match */
  matchesStart(text: string): boolean {
    let current = this.#follow([this.#start], 0, text);
    for (let at = 0; ; at++) {
      if (current.has(0)) return true;
      const character = text[at];
      if (character === undefined || current.size === 0) return false;
      const next: number[] = [];
      for (const index of current) {
        const state = this.#states[index]!;
        if (state.kind === 'character' && state.test(character)) next.push(state.next);
      }
      current = this.#follow(next, at + 1, text);
    }
  }

  /** All states that are reached without taking a character. */
  #follow(from: readonly number[], at: number, text: string): Set<number> {
    const reached = new Set<number>();
    const pending = [...from];
    for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
      if (reached.has(index)) continue;
      reached.add(index);
      const state = this.#states[index]!;
      if (state.kind === 'split') pending.push(state.next, state.other);
      else if (state.kind === 'start' && at === 0) pending.push(state.next);
      else if (state.kind === 'end' && at === text.length) pending.push(state.next);
    }
    return reached;
  }
}

class Compiler {
  readonly states: State[] = [{ kind: 'match' }];
  #parts = 0;

  /** @returns the state that the expression begins with, when `next` is what follows it */
  compile(node: RegexNode, next: number): number {
    if (++this.#parts > MOST_PARTS) throw new RangeError('the expression is too large');
    switch (node.kind) {
      case 'character':
        return this.#add({ kind: 'character', test: node.test, next });
      case 'start':
      case 'end':
        return this.#add({ kind: node.kind, next });
      case 'sequence':
        return node.parts.reduceRight((after, part) => this.compile(part, after), next);
      case 'choice':
        return node.options
          .map((option) => this.compile(option, next))
          .reduce((one, other) => this.#add({ kind: 'split', next: one, other }));
      case 'repeat':
        return this.#repeat(node, next);
    }
  }

  #repeat({ part, least, most }: RegexNode & { kind: 'repeat' }, next: number): number {
    let start = next;
    if (most === Number.POSITIVE_INFINITY) {
      const loop: State = { kind: 'split', next: -1, other: next };
      start = this.#add(loop);
      loop.next = this.compile(part, start);
    } else {
      for (let count = least; count < most; count++) {
        start = this.#add({ kind: 'split', next: this.compile(part, start), other: next });
      }
    }
    for (let count = 0; count < least; count++) start = this.compile(part, start);
    return start;
  }

  #add(state: State): number {
    return this.states.push(state) - 1;
  }
}
