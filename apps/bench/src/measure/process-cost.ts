import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of a second in /proc; 100 on every Linux that Node runs on. */
const TICKS = 100;

/** Seconds of CPU that these processes and their descendants have used so far; 0 for those that are gone. Linux only. */
export function cpuSeconds(pids: readonly number[]): number {
  const wanted = new Set(pids);
  const stats = allStats();
  for (let grown = true; grown; ) {
    grown = false;
    for (const { pid, parent } of stats) {
      if (wanted.has(pid) || !wanted.has(parent)) continue;
      wanted.add(pid);
      grown = true;
    }
  }
  return stats.filter(({ pid }) => wanted.has(pid)).reduce((sum, { ticks }) => sum + ticks, 0) / TICKS;
}

interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

function allStats(): readonly ProcessStat[] {
  const stats: ProcessStat[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const text = readFileSync(`/proc/${name}/stat`, 'utf8');
      // The name in parentheses may hold spaces.
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      // Children that were waited for count with their parent.
      const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
      stats.push({ pid: Number(name), parent: Number(fields[1]), ticks });
    } catch {
      // It has just ended.
    }
  }
  return stats;
}
