import { systemClock } from '@celeriac/protocol';
import type { Lane } from './lane.ts';

/** Tasks that wait with a child are taken back when the one before them takes longer than this. */
const RECALL_AFTER_MS = 10;
const LOOK_EVERY_MS = 5;

/** Looks after tasks that wait with children, for as long as there are any: none must wait behind one that is stuck. */
export class AheadWatch {
  readonly #lanes: ReadonlyMap<unknown, Lane>;
  readonly #recall: (lane: Lane) => Promise<void>;
  #timer: NodeJS.Timeout | undefined;

  constructor(lanes: ReadonlyMap<unknown, Lane>, recall: (lane: Lane) => Promise<void>) {
    this.#lanes = lanes;
    this.#recall = recall;
  }

  /** Whether a child gets on: what is handed to it now will start soon. */
  isMoving(lane: Lane): boolean {
    return systemClock.monotonic() - lane.progressMs < RECALL_AFTER_MS;
  }

  /** There is something to look after. */
  start(): void {
    this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    let hasAhead = false;
    for (const lane of this.#lanes.values()) {
      if (lane.ahead.length === 0) continue;
      hasAhead = true;
      if (!this.isMoving(lane)) void this.#recall(lane);
    }
    if (!hasAhead) this.stop();
  }
}
