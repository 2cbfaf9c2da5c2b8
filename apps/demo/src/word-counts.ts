/** How often each word occurs, as pairs: an object would give `constructor` and `__proto__` a meaning. */
export type WordCounts = readonly (readonly [word: string, count: number])[];

/** What was found in some files. */
export interface Tally {
  readonly files: number;
  readonly lines: number;
  readonly words: number;
  readonly counts: WordCounts;
}

/** Counts the words (letters only, at least three, lower case) of one text. */
export function tallyText(text: string): Tally {
  const counts = new Map<string, number>();
  let words = 0;
  for (const [word] of text.toLowerCase().matchAll(/\p{L}{3,}/gu)) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
    words++;
  }
  return { files: 1, lines: text.split('\n').length, words, counts: [...counts] };
}

/** Adds tallies up. */
export function mergeTallies(tallies: readonly Tally[]): Tally {
  const counts = new Map<string, number>();
  for (const tally of tallies)
    for (const [word, count] of tally.counts) counts.set(word, (counts.get(word) ?? 0) + count);
  const sum = (field: 'files' | 'lines' | 'words') => tallies.reduce((total, tally) => total + tally[field], 0);
  return { files: sum('files'), lines: sum('lines'), words: sum('words'), counts: [...counts] };
}

/** The most frequent words; equal counts in alphabetical order. */
export function topWords(counts: WordCounts, limit: number): WordCounts {
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, limit);
}
