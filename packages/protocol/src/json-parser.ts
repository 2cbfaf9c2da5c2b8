import { decodeTyped } from './json-types.ts';
import { DecodeError } from './protocol-errors.ts';

/**
 * Reads what Python's `json` writes and native `JSON.parse` does not: `NaN`, `Infinity`, integers of any size, and
 * Celery 5.3's typed values. Slower than native, so only used where one of those may occur.
 * @throws {DecodeError}
 */
export function parsePythonJson(source: string, maxDepth: number): unknown {
  const parser = new PythonJsonParser(source, maxDepth);
  return parser.parseDocument();
}

const numberPattern = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const stringPattern = /"[^"\\\u0000-\u001f]*(?:\\.[^"\\\u0000-\u001f]*)*"/y;
const blankPattern = /[ \t\n\r]*/y;

const words: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

class PythonJsonParser {
  readonly #source: string;
  readonly #maxDepth: number;
  #at = 0;
  #depth = 0;

  constructor(source: string, maxDepth: number) {
    this.#source = source;
    this.#maxDepth = maxDepth;
  }

  parseDocument(): unknown {
    this.#skipBlank();
    const value = this.#parseValue();
    this.#skipBlank();
    if (this.#at !== this.#source.length) throw this.#invalid();
    return value;
  }

  #parseValue(): unknown {
    switch (this.#source[this.#at]) {
      case '{':
        return this.#nested(() => this.#parseObject());
      case '[':
        return this.#nested(() => this.#parseArray());
      case '"':
        return this.#parseString();
      default:
        return this.#parseScalar();
    }
  }

  #nested(parse: () => unknown): unknown {
    this.#depth += 1;
    if (this.#depth > this.#maxDepth) throw new DecodeError('json', `more than ${this.#maxDepth} nested levels`);
    this.#at += 1;
    this.#skipBlank();
    const value = parse();
    this.#depth -= 1;
    return value;
  }

  #parseArray(): unknown[] {
    const items: unknown[] = [];
    if (this.#takes(']')) return items;
    do {
      this.#skipBlank();
      items.push(this.#parseValue());
      this.#skipBlank();
    } while (this.#takes(','));
    this.#expect(']');
    return items;
  }

  #parseObject(): unknown {
    const entries: [string, unknown][] = [];
    if (this.#takes('}')) return {};
    do {
      this.#skipBlank();
      const key = this.#parseString();
      this.#skipBlank();
      this.#expect(':');
      this.#skipBlank();
      entries.push([key, this.#parseValue()]);
      this.#skipBlank();
    } while (this.#takes(','));
    this.#expect('}');
    // fromEntries defines own properties, `__proto__` included; the last of equal keys wins.
    const value = Object.fromEntries(entries);
    return Object.hasOwn(value, '__type__') ? decodeTyped(value) : value;
  }

  #parseString(): string {
    const text = this.#match(stringPattern);
    if (text === undefined) throw this.#invalid();
    if (!text.includes('\\')) return text.slice(1, -1);
    try {
      return JSON.parse(text) as string;
    } catch {
      throw this.#invalid();
    }
  }

  #parseScalar(): unknown {
    for (const [word, value] of words) {
      if (this.#source.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    const text = this.#match(numberPattern);
    if (text === undefined) throw this.#invalid();
    return numberOf(text);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#source)?.[0];
    if (text !== undefined) this.#at += text.length;
    return text;
  }

  #skipBlank(): void {
    if (this.#source.charCodeAt(this.#at) <= 0x20) this.#match(blankPattern);
  }

  #takes(character: string): boolean {
    if (this.#source[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #expect(character: string): void {
    if (!this.#takes(character)) throw this.#invalid();
  }

  #invalid(): DecodeError {
    return new DecodeError('json', `the text is not valid JSON at position ${this.#at}`);
  }
}

function numberOf(text: string): number | bigint {
  const value = Number(text);
  if (Number.isSafeInteger(value) || /[.eE]/.test(text)) return value;
  return BigInt(text);
}
