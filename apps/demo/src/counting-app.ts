import { readFile, stat } from 'node:fs/promises';
import { Celeriac } from '@celeriac/core';
import { mergeTallies, type Tally, tallyText } from './word-counts.ts';

/** The app whose workers read and count. Broker and store come from the environment: swapping them changes no code. */
export const app = new Celeriac('counting', { taskDefaultQueue: 'counting', taskAcksLate: true });

/** A file that cannot be read right now, but will be. */
export class FileBusyError extends Error {
  constructor(path: string) {
    super(`${path} is busy`);
    this.name = 'FileBusyError';
  }
}

/** Counts the words of some files. */
export const countFiles = app.task(
  'counting.countFiles',
  async (folder: string, paths: readonly string[]): Promise<Tally> => {
    const texts = await Promise.all(paths.map((path) => readFile(`${folder}/${path}`, 'utf8')));
    return mergeTallies(texts.map(tallyText));
  },
);

/** Counts one file that is busy for the first two attempts: it fails, and is tried again by itself. */
export const countBusyFile = app.task(
  'counting.countBusyFile',
  { bind: true, autoretryFor: [FileBusyError], maxRetries: 5, retryBackoff: 0.1, retryJitter: false },
  async (context, folder: string, path: string): Promise<Tally & { attempts: number }> => {
    if (context.request.retries < 2) throw new FileBusyError(path);
    return { ...tallyText(await readFile(`${folder}/${path}`, 'utf8')), attempts: context.request.retries + 1 };
  },
);

/** Adds up what other tasks found. */
export const merge = app.task('counting.merge', (tallies: readonly Tally[]): Tally => mergeTallies(tallies));

/** Adds up the sizes of all files and says how far it is. */
export const measure = app.task(
  'counting.measure',
  { bind: true },
  async (context, folder: string, paths: readonly string[]): Promise<number> => {
    let bytes = 0;
    for (const [index, path] of paths.entries()) {
      bytes += (await stat(`${folder}/${path}`)).size;
      if (index % Math.ceil(paths.length / 10) === 0)
        await context.updateState('PROGRESS', { done: index, total: paths.length });
    }
    return bytes;
  },
);
