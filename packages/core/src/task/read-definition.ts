import type { BaseTask, BaseTaskClass, TaskObject } from './base-task.ts';
import type { DefinedTask } from './defined-task.ts';
import type { DefinitionPlace } from './definition-place.ts';
import type { CheckedTaskDefinition, TaskDefinition } from './task-definition.ts';

/** A definition as the overloads of `app.task` give it. */
type LooseDefinition = Omit<TaskDefinition<readonly unknown[]>, 'parameters'> &
  Pick<Partial<CheckedTaskDefinition<readonly unknown[], readonly unknown[]>>, 'schema'> & {
    readonly parameters?: readonly string[];
    readonly base?: BaseTaskClass;
  };

/** What the app that a task is bound to tells its class. */
export interface BoundApp {
  readonly name: string;
}

/**
 * The definition in the arguments of `app.task(name, definition?, run)`.
 * @param fallback - the class of tasks that say none
 * @throws {TypeError} without a function
 */
export function readDefinition(
  name: string,
  rest: readonly unknown[],
  place: DefinitionPlace,
  fallback?: BaseTaskClass,
): DefinedTask & { readonly makeBase: BaseTaskClass | undefined } {
  const [definition, run] = (rest.length === 1 ? [{}, rest[0]] : rest) as [LooseDefinition, unknown];
  if (typeof run !== 'function') throw new TypeError(`The task "${name}" needs a function.`);
  const { bind, parameters, schema, base = fallback, ...options } = definition;
  if (base !== undefined && typeof base !== 'function')
    throw new TypeError(`The base of task "${name}" must be a class.`);
  return {
    run: run as (...args: unknown[]) => unknown,
    bind,
    parameters,
    schema,
    options,
    place,
    makeBase: base,
  };
}

/** The definition that an object is. @throws {TypeError} for an object without `run` */
export function readTaskObject(
  task: TaskObject<never, unknown>,
  place: DefinitionPlace,
): DefinedTask & { readonly makeBase: undefined } {
  if (typeof task?.run !== 'function') throw new TypeError('A task that is registered needs a method run().');
  const { parameters, schema } = task;
  return {
    // Its length tells how many arguments are required; a bound function keeps it.
    run: task.run.bind(task) as (...args: unknown[]) => unknown,
    bind: true,
    parameters,
    schema,
    options: {},
    place,
    base: () => task,
    makeBase: undefined,
  };
}

/** Makes the instance of a task's class when it is first needed, and tells it its app. */
export function lazyBase(app: BoundApp, make: () => BaseTask): () => BaseTask {
  let made: BaseTask | undefined;
  return () => {
    if (made === undefined) {
      made = make();
      made.onBound?.(app);
    }
    return made;
  };
}
