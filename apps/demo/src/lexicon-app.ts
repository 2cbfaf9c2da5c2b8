import { Celeriac } from '@celeriac/core';

/** A second application with a queue of its own; the counting side knows it by name and type only. */
export const app = new Celeriac('lexicon', { taskDefaultQueue: 'lexicon' });

const KEYWORDS = new Set(
  'const import export from return readonly string type function async await new this class interface extends number undefined null true false throw catch else'.split(
    ' ',
  ),
);

/** What kind of word each one is. */
export type WordKind = 'keyword' | 'word';

/** Tells keywords of programming languages from other words. */
export const classify = app.task('lexicon.classify', (words: readonly string[]): WordKind[] =>
  words.map((word) => (KEYWORDS.has(word) ? 'keyword' : 'word')),
);
