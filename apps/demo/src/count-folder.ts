import type { AsyncResult } from '@celeriac/core';
import { app, countBusyFile, countFiles, measure, merge } from './counting-app.ts';
import type { WordKind } from './lexicon-app.ts';
import type { ProgressBar } from './progress-bar.ts';
import { type Tally, topWords } from './word-counts.ts';

/** What the demo finds out: the same for every broker and store. */
export interface Answer {
  readonly files: number;
  readonly bytes: number;
  readonly lines: number;
  readonly words: number;
  readonly attemptsForBusyFile: number;
  readonly top: readonly { readonly word: string; readonly count: number; readonly kind: WordKind }[];
}

/** How the work went; differs from run to run. */
export interface Effort {
  readonly tasks: number;
  readonly seconds: number;
}

/** Files that one task reads. */
const FILES_PER_TASK = 4;
/** Tallies that one task adds up. */
const TALLIES_PER_TASK = 8;

/** The other application's task: its name and its types are all that this side knows. */
const classify = app.foreign<[words: readonly string[]], WordKind[]>('lexicon.classify', { queue: 'lexicon' });

/** Splits the files into tasks, counts, merges, and asks the other app about the winners. */
export async function countFolder(
  folder: string,
  paths: readonly string[],
  limit: number,
  bar: ProgressBar,
): Promise<{ answer: Answer; effort: Effort }> {
  const startedAt = performance.now();
  const [busy, ...others] = paths;
  if (busy === undefined) throw new Error(`No text files in ${folder}.`);
  const busyFile = await countBusyFile.delay(folder, busy);
  const bytes = await followed(await measure.delay(folder, paths), bar);
  const batches = inGroupsOf(FILES_PER_TASK, others);
  const counted = await inOrder(
    'counting',
    bar,
    await Promise.all(batches.map((batch) => countFiles.delay(folder, batch))),
  );
  const { attempts, ...busyTally } = await busyFile.get({ timeoutMs: 60_000 });
  const { tally, tasks } = await mergeAll([...counted, busyTally], bar);
  const top = topWords(tally.counts, limit);
  const kinds = await (await classify.delay(top.map(([word]) => word))).get({ timeoutMs: 60_000 });
  const answer: Answer = {
    files: tally.files,
    bytes,
    lines: tally.lines,
    words: tally.words,
    attemptsForBusyFile: attempts,
    top: top.map(([word, count], index) => ({ word, count, kind: kinds[index] ?? 'word' })),
  };
  return { answer, effort: { tasks: batches.length + tasks + 3, seconds: (performance.now() - startedAt) / 1000 } };
}

/** Waits for a task that tells how far it is, and draws that. */
async function followed(result: AsyncResult<number>, bar: ProgressBar): Promise<number> {
  const done = result.get({ timeoutMs: 60_000 });
  const looking = setInterval(async () => {
    const meta = await result.meta();
    if (meta?.status !== 'PROGRESS') return;
    const { done, total } = meta.result as { done: number; total: number };
    bar.draw('measuring', done, total);
  }, 50);
  try {
    return await done;
  } finally {
    clearInterval(looking);
  }
}

/** Adds tallies up in rounds, until one is left. */
async function mergeAll(tallies: readonly Tally[], bar: ProgressBar): Promise<{ tally: Tally; tasks: number }> {
  let tasks = 0;
  let left = tallies;
  while (left.length > 1) {
    const groups = inGroupsOf(TALLIES_PER_TASK, left);
    tasks += groups.length;
    left = await inOrder('merging', bar, await Promise.all(groups.map((group) => merge.delay(group))));
  }
  return { tally: left[0]!, tasks };
}

async function inOrder<T>(
  label: string,
  bar: ProgressBar,
  results: readonly { get(options: { timeoutMs: number }): Promise<T> }[],
): Promise<T[]> {
  let done = 0;
  return Promise.all(
    results.map(async (result) => {
      const value = await result.get({ timeoutMs: 60_000 });
      bar.draw(label, ++done, results.length);
      return value;
    }),
  );
}

function inGroupsOf<T>(size: number, items: readonly T[]): T[][] {
  const groups: T[][] = [];
  for (let from = 0; from < items.length; from += size) groups.push(items.slice(from, from + size));
  return groups;
}
