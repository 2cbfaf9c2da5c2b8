import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Measurement } from '../measure/measurements.ts';
import { mergeRuns, readRuns, type SavedRun, SavedRunError, writeRun } from './saved-run.ts';

function run(system: string, ...rounds: number[]): SavedRun {
  const measurement: Measurement = { job: 'drain', broker: 'redis', variant: 'c=1', system, unit: 'tasks/s', rounds };
  return { machine: 'a machine', seconds: 10, measurements: [measurement] };
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'celeriac-saved-run-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

test('parts are put side by side, and the same figure again is one more round', () => {
  expect(mergeRuns([run('a', 1), run('b', 2), run('a', 3, 4)])).toEqual({
    machine: 'a machine',
    seconds: 30,
    measurements: [...run('a', 1, 3, 4).measurements, ...run('b', 2).measurements],
  });
});

test('figures of two machines are not put together', () => {
  expect(() => mergeRuns([run('a', 1), { ...run('a', 1), machine: 'another' }])).toThrow(SavedRunError);
  expect(() => mergeRuns([])).toThrow(SavedRunError);
});

test('what was written is read, whatever else stands there', async () => {
  const path = join(await folder(), 'run.json');
  await writeRun(path, run('a', 1), { goals: [] });
  expect(await readRuns([path])).toEqual([run('a', 1)]);
});

test.each(['', '{}', '{"machine":"m","seconds":1}', '[1]'])('a file with %j is refused by name', async (text) => {
  const path = join(await folder(), 'other.json');
  await writeFile(path, text);
  await expect(readRuns([path])).rejects.toThrow(path);
  await expect(readRuns([`${path}.absent`])).rejects.toThrow(SavedRunError);
});
