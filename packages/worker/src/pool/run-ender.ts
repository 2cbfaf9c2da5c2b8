import type { Outcome } from '@celeriac/core/internal';
import { systemClock } from '@celeriac/protocol';
import { within } from '../lifecycle/within.ts';
import type { Lane, Run } from './lane.ts';

/** Where several tasks share a child, how long one may take to heed its abort signal before the child is killed. */
const GRACE_MS = 500;
/** How long a child may take to say what of the tasks that wait with it has started; one that is stopped never does. */
const ANSWER_MS = 500;

/** What stopping runs takes. */
export interface RunEnderParts {
  /** Takes back what waits with a child. */
  readonly recall: (lane: Lane) => Promise<void>;
  /** Ends a child, and sees to another one. */
  readonly kill: (lane: Lane) => void;
}

/**
 * Stops single runs by ending their child. Tasks that wait with the child are taken back before: none of them may begin in a
 * child that is about to be killed, since nobody could say then whether it ran.
 */
export class RunEnder {
  readonly #parts: RunEnderParts;

  constructor(parts: RunEnderParts) {
    this.#parts = parts;
  }

  /** @param ending - how the run ends, whatever its child says later */
  end(lane: Lane, run: Run, ending: Outcome): void {
    if (run.ending !== undefined) return;
    run.ending = ending;
    lane.ending.add(run);
    void this.#takeBack(lane);
  }

  /** Something has become known of a child: stops what can be stopped now. */
  look(lane: Lane): void {
    if (lane.ending.size === 0 || lane.recalling !== undefined) return;
    // One of these has begun, so one before it has ended, and word of that is on its way.
    if (lane.ahead.length === 0) this.#stop(lane);
  }

  async #takeBack(lane: Lane): Promise<void> {
    await within(ANSWER_MS, this.#parts.recall(lane));
    if (lane.recalling === undefined) this.look(lane);
    else this.#stop(lane);
  }

  #stop(lane: Lane): void {
    if (lane.ending.size === 0) return;
    // Nobody else is harmed.
    if (lane.ending.size === lane.started) this.#parts.kill(lane);
    else for (const run of lane.ending) if (!run.isTold) this.#tell(lane, run);
  }

  /** It shares its child with others: it gets a chance to end by itself. */
  #tell(lane: Lane, run: Run): void {
    run.isTold = true;
    lane.child.send({ kind: 'abort', job: run.job, why: 'terminated' });
    const insist = (): void => {
      if (lane.runs.get(run.job) === run) this.#parts.kill(lane);
    };
    systemClock.setTimer(GRACE_MS, insist, { ref: false });
  }
}
