/** Counts named steps and prints one line for each, with the output of those that failed. */
export class Steps {
  passed = 0;
  failed = 0;

  /** Runs a step; a thrown error or a returned list with entries fails it, and the next step still runs. */
  async run(name: string, step: () => Promise<readonly string[]>): Promise<boolean> {
    const startedMs = performance.now();
    let faults: readonly string[];
    try {
      faults = await step();
    } catch (error) {
      faults = [error instanceof Error ? error.message : String(error)];
    }
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    console.log(`${faults.length === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
    for (const fault of faults) console.log(fault.trim().replace(/^/gm, '       '));
    if (faults.length === 0) this.passed += 1;
    else this.failed += 1;
    return faults.length === 0;
  }
}
