import { chord, group } from '@celeriac/canvas';
import { type AsyncResult, GroupResult, type Signature } from '@celeriac/core';
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
  const bytes = await followed(await measure.delay(folder, paths), bar);
  // Map: some files each, all in parallel. Reduce: one task that gets all tallies.
  const batches = inGroupsOf(FILES_PER_TASK, others);
  const counting = [countBusyFile.s(folder, busy), ...batches.map((batch) => countFiles.s(folder, batch))];
  const { tally, attempts } = await (canJoin() ? counted(counting, bar) : countedHere(counting));
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
  return { answer, effort: { tasks: batches.length + 4, seconds: (performance.now() - startedAt) / 1000 } };
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

type Counting = Signature<Tally, []>;
interface Counted {
  readonly tally: Tally;
  /** Of the first one. */
  readonly attempts: number;
}

/** With rpc results only the caller sees them: nobody else could put them together. */
function canJoin(): boolean {
  return app.settings.resultBackend?.startsWith('rpc:') !== true;
}

/** A chord: the workers put the tallies together. */
async function counted(counting: readonly Counting[], bar: ProgressBar): Promise<Counted> {
  const sent = await chord(counting, merge.s()).delay();
  const tally = await joined(sent, bar);
  const [first] = sent.parent?.members ?? [];
  return { tally, attempts: attemptsOf(await first?.get({ timeoutMs: 60_000 })) };
}

/** A group, whose results come here and go back to the workers to be put together. */
async function countedHere(counting: readonly Counting[]): Promise<Counted> {
  const tallies = await (await group(counting).delay()).get({ timeoutMs: 60_000 });
  const tally = await (await merge.delay(tallies)).get({ timeoutMs: 60_000 });
  return { tally, attempts: attemptsOf(tallies[0]) };
}

function attemptsOf(result: unknown): number {
  return (result as { readonly attempts: number }).attempts;
}

/** Waits for a chord's body and draws how many of its header tasks are done. */
async function joined<T>(result: AsyncResult<T>, bar: ProgressBar): Promise<T> {
  const done = result.get({ timeoutMs: 60_000 });
  const header = result.parent;
  const looking = setInterval(async () => {
    if (header instanceof GroupResult) bar.draw('counting', await header.completedCount(), header.length);
  }, 50);
  try {
    return await done;
  } finally {
    clearInterval(looking);
  }
}

function inGroupsOf<T>(size: number, items: readonly T[]): T[][] {
  const groups: T[][] = [];
  for (let from = 0; from < items.length; from += size) groups.push(items.slice(from, from + size));
  return groups;
}
