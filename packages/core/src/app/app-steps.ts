/** A class of bootsteps; `@celeriac/worker` has the classes to extend and checks what it is given. */
export type BootstepClass = new () => { readonly name: string };

/** Classes of steps in the order in which they were added, each once. */
export class StepSet implements Iterable<BootstepClass> {
  readonly #steps: Set<BootstepClass> = new Set();

  /** Workers that start from now on have these steps too. */
  add(...steps: readonly BootstepClass[]): this {
    for (const step of steps) this.#steps.add(step);
    return this;
  }

  delete(step: BootstepClass): boolean {
    return this.#steps.delete(step);
  }

  [Symbol.iterator](): Iterator<BootstepClass> {
    return this.#steps.values();
  }
}

/**
 * The steps that an app adds to its workers.
 * @see celery/app/base.py Celery.steps
 */
export class AppSteps {
  /** Started once for each life of a worker. */
  readonly worker: StepSet = new StepSet();
  /** Started again after every lost connection to the broker. */
  readonly consumer: StepSet = new StepSet();
}
