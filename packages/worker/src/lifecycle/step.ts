/** A step that another one needs: its class, or its name. */
export type StepReference = string | StepClass;

/** A class of steps. One is made, without arguments, for each life of a worker. */
export interface StepClass {
  new (): Step<never>;
  /** The name that others require it by. Default: that of the class, in kebab-case and without `-step` at its end. */
  readonly stepName?: string;
  /** What must be there before it starts, and may go only after it. */
  readonly requires?: readonly StepReference[];
  /** It starts after all steps that are not last. */
  readonly last?: boolean;
}

/**
 * A part of a worker, or of its consumer, that is set up in an order given by what it requires.
 * @see celery/bootsteps.py Step
 */
export abstract class Step<Parent> {
  get name(): string {
    return stepNameOf(this.constructor as unknown as StepClass);
  }

  /** Whether this worker has the step at all. Asked once, before anything is created. */
  includeIf(_parent: Parent): boolean {
    return true;
  }

  /** Sets the step up, before any step starts. What it throws fails the worker's start. */
  create(_parent: Parent): void | Promise<void> {}

  /** What `inspect stats` and the like show of it. */
  info(_parent: Parent): { readonly [name: string]: unknown } {
    return {};
  }
}

/**
 * A step that runs for a while. In the worker's blueprint once for each life of the worker; in the consumer's again after
 * every lost connection, and then `stop` comes without `close`.
 * @see celery/bootsteps.py StartStopStep
 */
export abstract class StartStopStep<Parent> extends Step<Parent> {
  /** Resolves when it works. What it throws fails the start; steps that work already are stopped. */
  start(_parent: Parent, _signal: AbortSignal): void | Promise<void> {}

  /** The worker ends: take on nothing new. Tasks that run are still waited for, and may need what the step gives them. */
  close(_parent: Parent): void | Promise<void> {}

  /** Ends it, after all steps that require it. What it throws is logged. */
  stop(_parent: Parent): void | Promise<void> {}

  /** Ends it when the worker is in a hurry. Default: as `stop`. */
  terminate(parent: Parent): void | Promise<void> {
    return this.stop(parent);
  }
}

/** The name of a class of steps: `MyStateStep` is `my-state`. */
export function stepNameOf(step: StepClass): string {
  if (Object.hasOwn(step, 'stepName') && step.stepName !== undefined) return step.stepName;
  return step.name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/(.)-step$/, '$1');
}
