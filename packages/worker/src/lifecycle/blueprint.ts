import { escapeForLog, type Logger, systemClock } from '@celeriac/protocol';
import { StartStopStep, Step, type StepClass, stepNameOf } from './step.ts';
import { StepError } from './step-error.ts';
import { orderSteps, type StepNode } from './step-order.ts';

/** How long one step may take to close, or to end. */
const STEP_END_MS = 10_000;

/** Where a blueprint stands. `close`: it takes on nothing new. @see celery/bootsteps.py RUN, CLOSE, TERMINATE */
export type BlueprintState = 'initial' | 'run' | 'close' | 'stopped';

/** A step class in its place. */
export interface PlannedStep extends StepNode {
  readonly step: StepClass;
}

type Ending = 'close' | 'stop' | 'terminate';

/**
 * The order of some step classes.
 * @throws {StepError} when they do not fit together, or one of them extends no `Step`
 */
export function planSteps(steps: Iterable<StepClass>): readonly PlannedStep[] {
  const nodes = Array.from(new Set(steps), (step) => {
    const isStep = typeof step === 'function' && step.prototype instanceof Step;
    if (!isStep) throw notAStep(step);
    const requires = (step.requires ?? []).map((other) => (typeof other === 'string' ? other : stepNameOf(other)));
    return { step, name: stepNameOf(step), requires, last: step.last === true };
  });
  return orderSteps(nodes);
}

/**
 * Steps that are started in order and stopped in reverse. Can be started again after it was stopped; its steps stay the same.
 * @see celery/bootsteps.py Blueprint
 */
export class Blueprint<Parent> {
  readonly name: string;
  readonly #planned: readonly PlannedStep[];
  readonly #logger: Logger;
  #steps: readonly Step<Parent>[] | undefined;
  /** Steps that were started, in order. */
  #started: StartStopStep<Parent>[] = [];
  #state: BlueprintState = 'initial';
  #ended: PromiseWithResolvers<void> = Promise.withResolvers();

  /** @throws {StepError} */
  constructor(name: string, steps: Iterable<StepClass>, logger: Logger) {
    this.name = name;
    this.#planned = planSteps(steps);
    this.#logger = logger;
  }

  get state(): BlueprintState {
    return this.#state;
  }

  /** The names of the steps that this blueprint has, in order; empty before it was first started. */
  get included(): readonly string[] {
    return (this.#steps ?? []).map(({ name }) => name);
  }

  /**
   * Starts all steps; the first time it creates them.
   * @throws what a step throws, or the signal's reason; what was started is stopped then
   */
  async start(parent: Parent, signal: AbortSignal): Promise<void> {
    this.#ended = Promise.withResolvers();
    this.#state = 'run';
    try {
      this.#steps ??= await this.#create(parent);
      for (const step of this.#steps) {
        signal.throwIfAborted();
        if (!(step instanceof StartStopStep)) continue;
        this.#logger.debug(`${this.name}: starting ${step.name}`);
        this.#started.push(step);
        await step.start(parent, signal);
      }
    } catch (error) {
      await this.terminate(parent);
      throw error;
    }
  }

  /** Tells the steps, in reverse, to take on nothing new. */
  async close(parent: Parent): Promise<void> {
    if (this.#state !== 'run') return;
    this.#state = 'close';
    for (const step of this.#started.toReversed()) await this.#end(step, parent, 'close');
  }

  /** Stops the steps in reverse. Never rejects: what a step throws is logged. */
  stop(parent: Parent): Promise<void> {
    return this.#endAll(parent, 'stop');
  }

  /** The same, in a hurry. */
  terminate(parent: Parent): Promise<void> {
    return this.#endAll(parent, 'terminate');
  }

  /** Resolves when it is stopped. */
  join(): Promise<void> {
    return this.#state === 'initial' ? Promise.resolve() : this.#ended.promise;
  }

  /** What the steps tell about themselves, by name. */
  info(parent: Parent): { readonly [step: string]: object } {
    const told = (this.#steps ?? []).map((step): [string, object] => [step.name, step.info(parent)]);
    return Object.fromEntries(told.filter(([, info]) => Object.keys(info).length > 0));
  }

  async #create(parent: Parent): Promise<readonly Step<Parent>[]> {
    const steps = this.#planned.map(({ step }) => new step() as unknown as Step<Parent>);
    const included = steps.filter((step) => step.includeIf(parent));
    for (const step of included) await step.create(parent);
    return included;
  }

  async #endAll(parent: Parent, how: Ending): Promise<void> {
    const started = this.#started.toReversed();
    this.#started = [];
    for (const step of started) await this.#end(step, parent, how);
    if (this.#state !== 'initial') this.#state = 'stopped';
    this.#ended.resolve();
  }

  /** A step that fails to end, or takes for ever, must not keep the others from ending. */
  async #end(step: StartStopStep<Parent>, parent: Parent, how: Ending): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = systemClock.setTimer(STEP_END_MS, () => {
      this.#logger.error(`${this.name}: ${step.name} takes longer than ${STEP_END_MS / 1000} seconds to ${how}`);
      late.resolve();
    });
    try {
      await Promise.race([step[how](parent), late.promise]);
    } catch (error) {
      const text = escapeForLog(error instanceof Error ? error.message : String(error));
      this.#logger.error(`${this.name}: ${step.name} failed to ${how}: ${text}`, { error });
    } finally {
      timer.cancel();
    }
  }
}

function notAStep(step: unknown): StepError {
  const name = typeof step === 'function' ? step.name : String(step);
  return new StepError('not-a-step', [name], `The bootstep ${JSON.stringify(name)} extends none of @celeriac/worker.`, {
    hint: 'Extend Step, StartStopStep or ConsumerStep. Is @celeriac/worker installed twice?',
  });
}
