/**
 * A topic pattern, read once. Words are separated by dots; `*` stands for exactly one word, `#` for any number of them,
 * none included. An empty key has no words.
 */
export class TopicPattern {
  readonly text: string;
  readonly #words: readonly string[];
  readonly #literal: boolean;

  constructor(text: string) {
    this.text = text;
    this.#words = topicWords(text);
    this.#literal = !this.#words.some((word) => word === '*' || word === '#');
  }

  /** Whether a routing key of these words matches; takes at most pattern length times key length steps. */
  matches(key: readonly string[]): boolean {
    const pattern = this.#words;
    if (this.#literal && pattern.length !== key.length) return false;
    let p = 0;
    let k = 0;
    // Where to go on when the words after the last `#` do not fit: let that `#` swallow one word more.
    let hash = -1;
    let swallowed = 0;
    while (k < key.length) {
      const word = pattern[p];
      if (word === '#') {
        hash = p++;
        swallowed = k;
      } else if (word !== undefined && (word === '*' || word === key[k])) {
        p++;
        k++;
      } else if (hash >= 0) {
        p = hash + 1;
        k = ++swallowed;
      } else {
        return false;
      }
    }
    while (pattern[p] === '#') p++;
    return p === pattern.length;
  }
}

/** The words of a routing key or pattern. */
export function topicWords(text: string): readonly string[] {
  return text === '' ? [] : text.split('.');
}
