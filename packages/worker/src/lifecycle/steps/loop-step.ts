import { Step } from '../step.ts';
import type { ConsumerInternals } from '../worker-internals.ts';

/** `loop`: the point at which everything reads. Node's event loop does the rest; the name is kept for steps that require it. */
export class LoopStep extends Step<ConsumerInternals> {
  static readonly stepName = 'loop';
  static readonly last = true;
}
