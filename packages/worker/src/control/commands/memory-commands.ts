import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeHeapSnapshot } from 'node:v8';
import type { PanelCommand } from '../command-code.ts';
import type { ControlPanel } from '../control-panel.ts';

const MOST_SAMPLES = 1000;
const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** Samples of each worker of this process, oldest first; gone with it. */
const samplesOf: WeakMap<ControlPanel, string[]> = new WeakMap();

/** `memsample`: the memory that this process uses. */
export const memsample: PanelCommand = (panel) => {
  const sample = byteText(process.memoryUsage.rss());
  const samples = samplesOf.get(panel) ?? [];
  samplesOf.set(panel, [...samples, sample].slice(-MOST_SAMPLES));
  return sample;
};

/** `memdump`: the last samples, evenly spread, and the memory now. @see celery/utils/debug.py memdump */
export const memdump: PanelCommand = (panel, args) => {
  const count = Math.min(MOST_SAMPLES, Math.max(1, (args['samples'] as number | undefined) ?? 10));
  const samples = samplesOf.get(panel) ?? [];
  const step = Math.max(1, samples.length / count);
  const picked = Array.from({ length: Math.min(count, samples.length) }, (_, at) => samples[Math.floor(at * step)]!);
  const lines =
    picked.length === 0
      ? ['- rss: no samples, ask for memsample first.']
      : ['- rss (sample):', ...picked.map((one) => `-    > ${one}`)];
  return `${[...lines, `- rss (end): ${byteText(process.memoryUsage.rss())}.`].join('\n')}\n`;
};

/** `objgraph`: what fills the memory, for the memory tab of a browser's developer tools. The worker stands still meanwhile. */
export const objgraph: PanelCommand = () => {
  // A folder of its own, closed to others: everything that the process knows is in it, passwords too.
  const folder = mkdtempSync(join(tmpdir(), `celeriac-${process.pid}-`));
  return { filename: writeHeapSnapshot(join(folder, 'worker.heapsnapshot')) };
};

/** @see celery/utils/debug.py humanbytes */
function byteText(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number(value.toFixed(2))}${UNITS[unit]}`;
}
