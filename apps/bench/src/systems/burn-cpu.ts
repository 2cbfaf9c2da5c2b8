/** Steps between two looks at the clock, which takes a third of a microsecond. */
const STEPS = 2_000;

/** Keeps this thread busy until it has used so many milliseconds of CPU. */
export function burnCpu(ms: number): void {
  const before = process.threadCpuUsage();
  let sum = 0;
  for (let usedMs = 0; usedMs < ms; ) {
    for (let step = 0; step < STEPS; step++) sum = (sum * 31 + step) % 1_000_003;
    const { user, system } = process.threadCpuUsage(before);
    usedMs = (user + system) / 1000;
  }
}
