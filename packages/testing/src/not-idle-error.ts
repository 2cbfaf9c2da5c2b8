import { CeleriacError, escapeForLog } from '@celeriac/protocol';

/** A task that has not ended. */
export interface RunningTask {
  readonly id: string;
  readonly name: string;
  /** How long it has been running, in real milliseconds. */
  readonly forMs: number;
}

/** What there was still to do. */
export interface Unfinished {
  readonly running: readonly RunningTask[];
  /** Queues with messages that are due and that no worker takes. */
  readonly queues: readonly string[];
}

/** The workers had still something to do when patience was over. */
export class NotIdleError extends CeleriacError {
  readonly code = 'CLR_TEST_NOT_IDLE';
  /** Tasks that run. */
  readonly running: readonly RunningTask[];
  /** Queues with messages that are due. */
  readonly queues: readonly string[];
  /** How long was waited, in real milliseconds. */
  readonly patienceMs: number;

  constructor({ running, queues }: Unfinished, patienceMs: number) {
    super(`Not idle after ${patienceMs} ms: ${problems(running, queues)}.`, {
      hint: 'The clock moves countdowns, retries and expiry, but no timers of your own code; patienceMs is how long real work may take.',
    });
    this.running = running;
    this.queues = queues;
    this.patienceMs = patienceMs;
  }
}

/** More than this would bury the test's output. */
const MOST_SHOWN = 5;

function problems(running: readonly RunningTask[], queues: readonly string[]): string {
  const parts: string[] = [];
  if (running.length > 0) {
    const shown = running.slice(0, MOST_SHOWN).map(({ name, id, forMs }) => {
      return `${escapeForLog(name, 255)} [${escapeForLog(id, 255)}] for ${Math.round(forMs)} ms`;
    });
    const more = running.length > MOST_SHOWN ? [`${running.length - MOST_SHOWN} more`] : [];
    parts.push(`${[...shown, ...more].join(', ')} still running`);
  }
  if (queues.length > 0) parts.push(`messages are due in ${queues.join(', ')}`);
  return parts.length === 0 ? 'results are still being stored' : parts.join('; ');
}
