import { readFile, writeFile } from 'node:fs/promises';
import { type Measurement, Measurements } from '../measure/measurements.ts';

/** What a run leaves in a file. */
export interface SavedRun {
  /** The machine in one line. */
  readonly machine: string;
  readonly seconds: number;
  readonly measurements: readonly Measurement[];
}

/** Runs that do not belong together. */
export class SavedRunError extends Error {}

/** @throws {SavedRunError} for a file that no run has written */
export async function readRuns(paths: readonly string[]): Promise<readonly SavedRun[]> {
  return await Promise.all(paths.map(readRun));
}

async function readRun(path: string): Promise<SavedRun> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SavedRunError(`${path} cannot be read.`, { cause });
  });
  const run = parse(text);
  if (run === undefined) throw new SavedRunError(`${path} is not what --json writes.`);
  return run;
}

function parse(text: string): SavedRun | undefined {
  try {
    const { machine, seconds, measurements } = JSON.parse(text) as Partial<SavedRun>;
    const isComplete = typeof machine === 'string' && typeof seconds === 'number' && Array.isArray(measurements);
    return isComplete ? { machine, seconds, measurements } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Parts of one run as a whole; figures that several parts have count as further rounds.
 * @throws {SavedRunError} for none, and for runs on different machines
 */
export function mergeRuns(runs: readonly SavedRun[]): SavedRun {
  const [first] = runs;
  if (first === undefined) throw new SavedRunError('There is no run to report on.');
  const other = runs.find(({ machine }) => machine !== first.machine);
  if (other !== undefined) {
    throw new SavedRunError(`Figures of two machines are no comparison: ${first.machine}; ${other.machine}.`);
  }
  return {
    machine: first.machine,
    seconds: runs.reduce((sum, { seconds }) => sum + seconds, 0),
    measurements: Measurements.of(runs.flatMap(({ measurements }) => measurements)).all(),
  };
}

/** @param extra - further fields, for readers of the file */
export async function writeRun(path: string, run: SavedRun, extra: object): Promise<void> {
  await writeFile(path, `${JSON.stringify({ ...run, ...extra }, null, 2)}\n`);
}
