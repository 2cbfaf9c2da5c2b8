/** A parsed regular expression. */
export type RegexNode =
  | { readonly kind: 'character'; readonly test: (character: string) => boolean }
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'sequence'; readonly parts: readonly RegexNode[] }
  | { readonly kind: 'choice'; readonly options: readonly RegexNode[] }
  | { readonly kind: 'repeat'; readonly part: RegexNode; readonly least: number; readonly most: number };

type Test = (character: string) => boolean;

const MOST_REPEATS = 1000;
const DEEPEST = 50;
const SHORTHANDS: ReadonlyMap<string, RegExp> = new Map([
  ['d', /^[0-9]$/],
  ['w', /^[\p{L}\p{N}_]$/u],
  ['s', /^\s$/],
]);
const CONTROLS: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** @throws {RangeError} saying what of the expression is not known here */
export function parseRegex(source: string): RegexNode {
  return new RegexParser(source).parse();
}

class RegexParser {
  readonly #source: string;
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
  }

  parse(): RegexNode {
    const node = this.#choice();
    if (this.#at < this.#source.length) throw new RangeError('unbalanced parenthesis');
    return node;
  }

  #choice(): RegexNode {
    if (++this.#depth > DEEPEST) throw new RangeError('groups are nested too deeply');
    const options = [this.#sequence()];
    while (this.#take('|')) options.push(this.#sequence());
    this.#depth--;
    return options.length === 1 ? options[0]! : { kind: 'choice', options };
  }

  #sequence(): RegexNode {
    const parts: RegexNode[] = [];
    while (this.#at < this.#source.length && !this.#isNext('|') && !this.#isNext(')')) parts.push(this.#repeated());
    return { kind: 'sequence', parts };
  }

  #repeated(): RegexNode {
    let part = this.#single();
    for (;;) {
      const range = this.#range();
      if (range === undefined) return part;
      // Lazy or not: whether something matches is the same.
      this.#take('?');
      part = { kind: 'repeat', part, ...range };
    }
  }

  #range(): { readonly least: number; readonly most: number } | undefined {
    if (this.#take('*')) return { least: 0, most: Number.POSITIVE_INFINITY };
    if (this.#take('+')) return { least: 1, most: Number.POSITIVE_INFINITY };
    if (this.#take('?')) return { least: 0, most: 1 };
    const bounds = /^\{(\d{0,6})(,?)(\d{0,6})\}/.exec(this.#source.slice(this.#at));
    if (bounds === null || bounds[0] === '{}') return undefined;
    this.#at += bounds[0].length;
    const least = Number(bounds[1] || 0);
    const most = bounds[2] === '' ? least : bounds[3] === '' ? Number.POSITIVE_INFINITY : Number(bounds[3]);
    if (least > most) throw new RangeError('a repetition has its bounds in the wrong order');
    if (least > MOST_REPEATS || (most > MOST_REPEATS && most !== Number.POSITIVE_INFINITY)) {
      throw new RangeError('a repetition is too large');
    }
    return { least, most };
  }

  #single(): RegexNode {
    const character = this.#source[this.#at++]!;
    switch (character) {
      case '^':
        return { kind: 'start' };
      case '$':
        return { kind: 'end' };
      case '.':
        return { kind: 'character', test: (other) => other !== '\n' };
      case '(':
        return this.#group();
      case '[':
        return { kind: 'character', test: this.#class() };
      case '\\':
        return this.#escaped();
      case '*':
      case '+':
      case '?':
        throw new RangeError('nothing to repeat');
      default:
        return { kind: 'character', test: (other) => other === character };
    }
  }

  #group(): RegexNode {
    if (this.#take('?')) {
      const name = /^(?::|P?<[A-Za-z_]\w*>)/.exec(this.#source.slice(this.#at));
      if (name === null) throw new RangeError('look-around and flags are not known');
      this.#at += name[0].length;
    }
    const node = this.#choice();
    if (!this.#take(')')) throw new RangeError('unbalanced parenthesis');
    return node;
  }

  #escaped(): RegexNode {
    if (this.#take('A')) return { kind: 'start' };
    if (this.#take('Z') || this.#take('z')) return { kind: 'end' };
    return { kind: 'character', test: this.#escape() };
  }

  #escape(): Test {
    const character = this.#source[this.#at++];
    if (character === undefined) throw new RangeError('a backslash stands at the end');
    const shorthand = SHORTHANDS.get(character.toLowerCase());
    if (shorthand !== undefined) {
      const isWanted = character === character.toLowerCase();
      return (other) => shorthand.test(other) === isWanted;
    }
    if (/[0-9A-Za-z]/.test(character) && !CONTROLS.has(character)) throw new RangeError(`\\${character} is not known`);
    const meant = CONTROLS.get(character) ?? character;
    return (other) => other === meant;
  }

  #class(): Test {
    const isNegated = this.#take('^');
    const tests: Test[] = [];
    for (let isFirst = true; isFirst || !this.#isNext(']'); isFirst = false) {
      if (this.#at >= this.#source.length) throw new RangeError('a class is not closed');
      tests.push(this.#member());
    }
    this.#at++;
    return (character) => tests.some((test) => test(character)) !== isNegated;
  }

  #member(): Test {
    if (this.#take('\\')) return this.#escape();
    const from = this.#source[this.#at++]!;
    const to = this.#source[this.#at + 1];
    if (!this.#isNext('-') || to === undefined || to === ']' || to === '\\') return (character) => character === from;
    this.#at += 2;
    if (from > to) throw new RangeError('a range of characters has its ends in the wrong order');
    return (character) => character >= from && character <= to;
  }

  #isNext(character: string): boolean {
    return this.#source[this.#at] === character;
  }

  #take(character: string): boolean {
    if (!this.#isNext(character)) return false;
    this.#at++;
    return true;
  }
}
