/** Numbers of jobs, one list to a line: what a parent wants back, and what it gets. */
export class RecallLines {
  readonly #onJobs: (jobs: readonly number[]) => void;
  #rest = '';

  /** One list as it is sent. */
  static of(jobs: readonly number[]): string {
    return `${jobs.join(' ')}\n`;
  }

  /** @param onJobs - gets every list that has arrived */
  constructor(onJobs: (jobs: readonly number[]) => void) {
    this.#onJobs = onJobs;
  }

  read(chunk: Buffer): void {
    const lines = (this.#rest + chunk.toString('latin1')).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) this.#onJobs(line === '' ? [] : line.split(' ').map(Number));
  }
}
